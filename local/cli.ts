/** `npm start`: Tessera on this machine, with a Supabase Auth stand-in beside it. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { definitions } from '#apps';
import { mintAdminKey, mintOperatorKey } from '#services/identity/admin-keys/admin-key.ts';
import { wholeDeployment } from '#shared/owner.ts';
import { writeAccountFile } from './account/account-file.ts';
import { functionLabel } from './account/find-function.ts';
import { type LocalAccount, startAccount } from './account.ts';
import { type LocalAuth, newHookSecret, startAuth } from './auth/auth.ts';
import { billingSecrets, billingVariables, realProviders } from './billing-keys.ts';
import { banner } from './console/banner.ts';
import { createLines, paintFor } from './console/lines.ts';
import { hooksSecret, hookUrl, type LocalIssuer, realIssuer, standInIssuer } from './issuers.ts';
import { type LocalPayments, startPayments } from './payments/payments.ts';
import { keyVariables, providerSecrets } from './provider-keys.ts';
import { repositoryRoot } from './synthesize.ts';
import { signInTestUser, testCredentials } from './test-user.ts';

const usage = `npm start [-- options]
  --port N        the API's port (default 4000)
  --auth-port N   the port of the Supabase Auth stand-in (default 4001)
  --payments-port N  the port of the stand-ins for Stripe and Paymob (default 4002)
  --socket-port N  the port of the WebSocket API (default 4003)
  --fresh         begin without the data of earlier runs
SUPABASE_URL      a real project that signs the first app's tokens, in place of the stand-in
SUPABASE_HOOK_SECRET  the secret of its after-user-created hook, v1,whsec_…
${keyVariables.join(', ')}
                  keys of real providers: tools that name one of them run there, all others on the sandbox
${billingVariables.join(', ')}
                  test keys of payment providers, in place of their stand-ins; Stripe's webhooks then come by
                  stripe listen --forward-to http://127.0.0.1:4000/webhooks/stripe/<app>, which tells the webhook secret`;

const folder = join(repositoryRoot, '.local');
const tokenFile = join(folder, 'token');
const anonKeyFile = join(folder, 'anon-key');
const adminKeyFile = join(folder, 'admin-key');
const operatorKeyFile = join(folder, 'operator-key');
/** Of every app: where its users sign in, with which API key, and a key of its admins. */
const appsFile = join(folder, 'apps.json');
const accountFile = join(folder, 'account.json');
/** Before the token's hour is over. */
const newTokenEveryMs = 50 * 60_000;
/** Where a receiver of webhooks, or a GPU worker, is tried out. */
const thisMachine = ['127.0.0.1:*', 'localhost:*'];
/** What is on its way when Ctrl-C comes may still arrive. */
const drainMs = 2_000;

interface Settings {
  readonly port: number;
  readonly authPort: number;
  readonly paymentsPort: number;
  readonly socketPort: number;
  readonly fresh: boolean;
}

function readSettings(): Settings | undefined {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4000' },
      'auth-port': { type: 'string', default: '4001' },
      'payments-port': { type: 'string', default: '4002' },
      'socket-port': { type: 'string', default: '4003' },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const readPort = (text: string): number => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${text} is no port`);
    return port;
  };
  return {
    port: readPort(values.port),
    authPort: readPort(values['auth-port']),
    paymentsPort: readPort(values['payments-port']),
    socketPort: readPort(values['socket-port']),
    fresh: values.fresh,
  };
}

/** Every app trusts its project of the stand-in; with `SUPABASE_URL` the first one trusts that instead. */
function issuersFor(
  auth: LocalAuth,
  apps: readonly string[],
  supabaseUrl: string | undefined,
): Record<string, LocalIssuer[]> {
  return Object.fromEntries(
    apps.map((app, i) => [app, [supabaseUrl && i === 0 ? realIssuer(supabaseUrl) : standInIssuer(auth.project(app))]]),
  );
}

/** The first app whose users are the stand-in's. */
const testAppOf = (apps: readonly string[]): string | undefined => apps[process.env.SUPABASE_URL ? 1 : 0];

/** Made anew at every start, so nothing is to be kept: what signs the apps' hooks, keys of their admins, and one of the operators. */
function newSecrets(apps: readonly string[], payments: LocalPayments) {
  const { SUPABASE_URL, SUPABASE_HOOK_SECRET } = process.env;
  const given = SUPABASE_URL ? SUPABASE_HOOK_SECRET : undefined;
  const hookSecrets = Object.fromEntries(apps.map((app, i) => [app, [i === 0 && given ? given : newHookSecret()]]));
  const minted = apps.map((app) => [app, mintAdminKey(app)] as const);
  const operator = mintOperatorKey();
  const hashes = Object.fromEntries(minted.map(([app, { hash }]) => [app, [hash]]));
  return {
    hookSecrets,
    adminKeys: Object.fromEntries(minted.map(([app, { key }]) => [app, key])),
    operatorKey: operator.key,
    forAccount: {
      ...hooksSecret(hookSecrets),
      ...providerSecrets(process.env, apps),
      ...billingSecrets(realProviders(process.env), apps, payments.secretsFor),
      'tessera/admin-keys': JSON.stringify({ ...hashes, [wholeDeployment]: [operator.hash] }),
    },
  };
}

interface StandIns {
  readonly auth: LocalAuth;
  readonly payments: LocalPayments;
}

/** @param apiUrl is asked at each webhook, when the API has its address. */
async function startStandIns(
  { authPort, paymentsPort }: Settings,
  apps: readonly string[],
  apiUrl: () => string,
): Promise<StandIns> {
  const auth = await startAuth({
    projects: apps.map((id) => ({ id, algorithm: 'ES256' })),
    port: authPort,
    file: join(folder, 'auth.json'),
  });
  try {
    const payments = await startPayments({
      apps,
      callbackBase: apiUrl,
      port: paymentsPort,
      file: join(folder, 'payments.json'),
      onGivenUp: ({ app, provider, type, answer }) =>
        console.error(`${provider} told ${app} of ${type} and was not heard: ${answer}`),
    });
    return { auth, payments };
  } catch (error) {
    await auth.close();
    throw error;
  }
}

async function startParts(settings: Settings): Promise<
  StandIns & {
    account: LocalAccount;
    apps: string[];
    adminKeys: Readonly<Record<string, string>>;
    operatorKey: string;
  }
> {
  if (settings.fresh) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const apps = definitions.map(({ id }) => id);
  let apiUrl = '';
  const { auth, payments } = await startStandIns(settings, apps, () => apiUrl);
  const labels = new Map<string, string>();
  const lines = createLines(paintFor(process.stdout), (name) => labels.get(name) ?? name);
  const print = (line: string | undefined) => {
    if (line !== undefined) console.log(line);
  };
  try {
    const { hookSecrets, adminKeys, operatorKey, forAccount } = newSecrets(apps, payments);
    const account = await startAccount({
      context: {
        sandbox_apps: 'all',
        issuers: JSON.stringify(issuersFor(auth, apps, process.env.SUPABASE_URL)),
        private_hosts: thisMachine,
        worker_hosts: thisMachine,
      },
      httpPorts: { tessera: settings.port },
      webSocketPorts: { 'tessera-realtime': settings.socketPort },
      dataDir: join(folder, 'data'),
      secrets: forAccount,
      live: true,
      onRequest: (request) => print(lines.request(request)),
      onPublished: (_bus, event, rules) => print(lines.event(event, rules)),
      onInvocation: (invocation) => print(lines.invocation(invocation)),
      onProblem: (problem) => print(lines.problem(problem)),
      onLog: (log) => print(lines.log(log)),
    });
    apiUrl = account.httpUrl();
    for (const fn of account.functions) labels.set(fn.name, functionLabel(fn));
    for (const [app, secrets] of Object.entries(hookSecrets))
      auth.configure(app, { hook: { url: hookUrl(account.httpUrl(), app), secrets } });
    return { auth, payments, account, apps, adminKeys, operatorKey };
  } catch (error) {
    await Promise.all([auth.close(), payments.close()]);
    throw error;
  }
}

/** Keeps a fresh token of the test user in a file, so that the command in the banner works for as long as this runs. */
async function keepToken(auth: LocalAuth, app: string): Promise<NodeJS.Timeout> {
  const write = async () => writeFile(tokenFile, await signInTestUser(auth.project(app)), { mode: 0o600 });
  await write();
  return setInterval(() => void write().catch((error: unknown) => console.error(String(error))), newTokenEveryMs);
}

async function main(): Promise<void> {
  const started = performance.now();
  const settings = readSettings();
  if (!settings) return console.log(usage);
  const { auth, payments, account, apps, adminKeys, operatorKey } = await startParts(settings);
  const supabaseUrl = process.env.SUPABASE_URL;
  const testApp = testAppOf(apps);
  const timer = testApp ? await keepToken(auth, testApp) : undefined;
  if (testApp) await writeFile(anonKeyFile, auth.project(testApp).anonKey, { mode: 0o600 });
  const adminKey = testApp && adminKeys[testApp];
  if (adminKey) await writeFile(adminKeyFile, adminKey, { mode: 0o600 });
  await writeFile(operatorKeyFile, operatorKey, { mode: 0o600 });
  const forgetAccount = await writeAccountFile(accountFile, account);
  const signIn = Object.fromEntries(
    apps.map((app, i) => [app, supabaseUrl && i === 0 ? supabaseUrl : auth.project(app).url]),
  );
  const told = apps.map((app) => {
    const { url, anonKey } = auth.project(app);
    return [app, { sign_in: signIn[app] ?? url, anon_key: anonKey, admin_key: adminKeys[app] }] as const;
  });
  await rm(appsFile, { force: true });
  await writeFile(appsFile, `${JSON.stringify(Object.fromEntries(told), undefined, 2)}\n`, { mode: 0o600 });
  const facts = {
    readyMs: performance.now() - started,
    apiUrl: account.httpUrl(),
    socketUrl: account.webSocketUrl(),
    signIn,
    payments: { url: payments.url, real: Object.keys(realProviders(process.env)) },
    testUser: testApp ? { app: testApp, ...testCredentials } : undefined,
    tokenFile: relative(process.cwd(), tokenFile),
    anonKeyFile: relative(process.cwd(), anonKeyFile),
    adminKeyFile: relative(process.cwd(), adminKeyFile),
    appsFile: relative(process.cwd(), appsFile),
    dataDir: relative(process.cwd(), folder),
  };
  console.log(banner(paintFor(process.stdout), facts));

  let ending = false;
  const end = async () => {
    if (ending) process.exit(130);
    ending = true;
    clearInterval(timer);
    await account.drain({ timeoutMs: drainMs }).catch(() => {});
    await Promise.all([account.close(), auth.close(), payments.close(), forgetAccount()]);
    process.exit(0);
  };
  process.on('SIGINT', () => void end());
  process.on('SIGTERM', () => void end());
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
