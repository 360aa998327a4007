/** Processes of Supabase Auth on loopback: one database, one key, and a project each by their settings. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';

export interface GotrueKey {
  readonly kid: string;
  readonly privateJwk: JWK;
}

export interface GotrueSettings {
  readonly binary: string;
  readonly databaseUrl: string;
  readonly key: GotrueKey;
  readonly port: number;
  /** Where clients find it: `<url>/auth/v1` is the issuer. */
  readonly url: string;
  readonly autoconfirm: boolean;
  readonly hook: { readonly url: string; readonly secret: string };
}

export interface RunningGotrue {
  /** The last of what it said. */
  said(): string;
  close(): Promise<void>;
}

const startTries = 100;
const keptLines = 40;
const keyLifeSeconds = 3_600;

export const newKey = async (): Promise<GotrueKey> => {
  const kid = crypto.randomUUID();
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateJwk: { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' } };
};

/** As Supabase's `anon` and `service_role` keys are, but signed by the one key that this server has. */
export const signApiKey = async ({ kid, privateJwk }: GotrueKey, role: string): Promise<string> =>
  new SignJWT({ role, iss: 'supabase' })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
    .setIssuedAt()
    .setExpirationTime(`${keyLifeSeconds}s`)
    .sign(await importJWK(privateJwk, 'ES256'));

const environmentOf = ({ databaseUrl, key, port, url, autoconfirm, hook }: GotrueSettings): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  GOTRUE_LOG_LEVEL: 'warn',
  GOTRUE_DB_DRIVER: 'postgres',
  DATABASE_URL: databaseUrl,
  DB_NAMESPACE: 'auth',
  GOTRUE_API_HOST: '127.0.0.1',
  PORT: String(port),
  API_EXTERNAL_URL: `${url}/auth/v1`,
  GOTRUE_SITE_URL: url,
  // Asked for, though nothing is signed with it.
  GOTRUE_JWT_SECRET: crypto.randomUUID() + crypto.randomUUID(),
  GOTRUE_JWT_KEYS: JSON.stringify([{ ...key.privateJwk, key_ops: ['sign', 'verify'] }]),
  GOTRUE_JWT_ISSUER: `${url}/auth/v1`,
  GOTRUE_JWT_AUD: 'authenticated',
  GOTRUE_JWT_DEFAULT_GROUP_NAME: 'authenticated',
  GOTRUE_JWT_ADMIN_ROLES: 'service_role',
  GOTRUE_JWT_EXP: '3600',
  GOTRUE_EXTERNAL_EMAIL_ENABLED: 'true',
  GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED: 'true',
  // Without an SMTP host the mails that it would send go nowhere.
  GOTRUE_MAILER_AUTOCONFIRM: String(autoconfirm),
  GOTRUE_RATE_LIMIT_EMAIL_SENT: '1000',
  GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED: 'true',
  GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL: '0',
  GOTRUE_HOOK_AFTER_USER_CREATED_ENABLED: 'true',
  GOTRUE_HOOK_AFTER_USER_CREATED_URI: hook.url,
  GOTRUE_HOOK_AFTER_USER_CREATED_SECRETS: hook.secret,
});

/** Its migrations take seconds. */
const migrateMs = 120_000;

/** Rejects with what it said when it fails. Never synchronous: its way to the database leads through this process. */
export const migrate = async (settings: GotrueSettings): Promise<void> => {
  await promisify(execFile)(settings.binary, ['migrate'], { env: environmentOf(settings), timeout: migrateMs });
};

/** Waits for the end of a pipe that only this process holds: even when killed, it takes the server with it. */
const watcher = '(cat <&3; kill -TERM $$) >/dev/null 2>&1 & exec "$@" 3<&-';

export const startGotrue = async (settings: GotrueSettings): Promise<RunningGotrue> => {
  const process_ = spawn('sh', ['-c', watcher, 'gotrue', settings.binary, 'serve'], {
    env: environmentOf(settings),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let lines: string[] = [];
  const keep = (chunk: Buffer) => {
    lines = [...lines, ...chunk.toString().split('\n').filter(Boolean)].slice(-keptLines);
  };
  process_.stdout?.on('data', keep);
  process_.stderr?.on('data', keep);
  const ended = once(process_, 'exit');
  const close = async () => {
    (process_.stdio[3] as Writable).end();
    await ended;
  };
  const isUp = () =>
    fetch(`http://127.0.0.1:${settings.port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let attempt = 0; attempt < startTries && process_.exitCode === null; attempt += 1) {
    if (await isUp()) return { said: () => lines.join('\n'), close };
    await wait(100);
  }
  await close();
  throw new Error(`Supabase Auth did not start:\n${lines.join('\n')}`);
};
