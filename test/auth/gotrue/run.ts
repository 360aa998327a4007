/**
 * `npm run test:auth`: the authentication suite over the real Supabase Auth, built from source, on a PostgreSQL of its own.
 * Exit code 0: all passed; 1: a test failed; 2: it could not run here.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { newHookSecret } from '#local/auth/auth.ts';
import { hookUrl } from '#local/issuers.ts';
import { repositoryRoot } from '#local/synthesize.ts';
import { closeServer, listen } from '#local/triggers/http-api/server.ts';
import { buildGotrue } from './build.ts';
import { CannotRun } from './cannot-run.ts';
import { startDatabase } from './database.ts';
import { type HandedOver, handedOverVariable } from './handed-over.ts';
import { startProxy } from './proxy.ts';
import { type GotrueKey, migrate, newKey, signApiKey, startGotrue } from './server.ts';

const startedAt = performance.now();
const say = (text: string) =>
  console.log(`  ${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}`);

type Closing = () => Promise<void>;

/** A port that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await listen(server, 0, 'nothing');
  await closeServer(server);
  return port;
};

const projectAt = async (url: string, key: GotrueKey) => ({
  url,
  issuer: `${url}/auth/v1`,
  jwksUrl: `${url}/auth/v1/.well-known/jwks.json`,
  anonKey: await signApiKey(key, 'anon'),
  serviceKey: await signApiKey(key, 'service_role'),
});

const runSuite = async (subject: HandedOver, closings: Closing[]): Promise<number> => {
  const options = '--experimental-vm-modules --disable-warning=ExperimentalWarning';
  const jest = spawn('jest', ['--runInBand', '--testMatch', '**/test/auth/gotrue/*.gotrue.ts'], {
    cwd: repositoryRoot,
    env: { ...process.env, NODE_OPTIONS: options, [handedOverVariable]: JSON.stringify(subject) },
    stdio: 'inherit',
  });
  const ended = once(jest, 'exit') as Promise<[number | null]>;
  closings.push(async () => {
    jest.kill();
    await ended;
  });
  const [code] = await ended;
  return code === 0 ? 0 : 1;
};

const run = async (closings: Closing[]): Promise<number> => {
  const database = await startDatabase();
  closings.push(database.close);
  say(`PostgreSQL ${database.version} is up`);
  const binary = await buildGotrue(process.env.GOTRUE_BINARY, say);
  const proxy = await startProxy();
  closings.push(proxy.close);
  const [key, apiPort, hookSecret] = [await newKey(), await freePort(), newHookSecret()];
  const settingsOf = async (project: string, app: string, autoconfirm: boolean) => ({
    binary: binary.path,
    databaseUrl: database.url,
    key,
    port: await freePort(),
    url: proxy.url(project),
    autoconfirm,
    hook: { url: hookUrl(`http://127.0.0.1:${apiPort}`, app), secret: hookSecret },
  });
  const open = await settingsOf('open', 'sparky', true);
  const confirming = await settingsOf('confirming', 'flirt-studio', false);
  await migrate(open);
  say('its schema is there');
  for (const [project, settings] of Object.entries({ open, confirming })) {
    closings.push((await startGotrue(settings)).close);
    proxy.route(project, settings.port);
  }
  say(`${binary.name} is up, as two projects; the suite begins\n`);
  const subject = {
    apiPort,
    hookSecret,
    open: await projectAt(open.url, key),
    confirming: await projectAt(confirming.url, key),
  };
  return runSuite(subject, closings);
};

const main = async (): Promise<number> => {
  const closings: Closing[] = [];
  const closeAll = async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  };
  const interrupted = () => void closeAll().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    return await run(closings);
  } finally {
    await closeAll();
    say('everything is stopped');
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`\ntest:auth could not run: ${error instanceof Error ? error.message : String(error)}`);
  if (!(error instanceof CannotRun)) console.error(error);
  process.exitCode = 2;
}
