/** What `npm start` prints once: where everything is, whom to sign in as, what to try. */
import type { Paint } from './lines.ts';

export interface BannerFacts {
  readonly readyMs: number;
  readonly apiUrl: string;
  readonly socketUrl: string;
  /** Auth address by app. */
  readonly signIn: Readonly<Record<string, string>>;
  /** Page of the payment providers' stand-ins; what is real has no page there. */
  readonly payments: { readonly url: string; readonly real: readonly string[] };
  readonly testUser: { readonly app: string; readonly email: string; readonly password: string } | undefined;
  /** Holds the API key of the test user's project, as a Supabase client needs it. */
  readonly anonKeyFile: string;
  /** Holds an access token of the test user. */
  readonly tokenFile: string;
  /** Holds a key of an admin of the test user's app. */
  readonly adminKeyFile: string;
  /** Holds the same of every app. */
  readonly appsFile: string;
  readonly dataDir: string | undefined;
}

/** By the repository's own Node, for an older one reads no TypeScript; in double quotes, so nothing in it that a shell would change. */
const listenCommand = ({ socketUrl, tokenFile }: Pick<BannerFacts, 'socketUrl' | 'tokenFile'>): string => {
  const token = `token: () => fs.readFileSync('${tokenFile}', 'utf8')`;
  const options = `{ url: '${socketUrl}', ${token}, onState: console.log, onMessage: (said) => console.dir(said, { depth: 9 }) }`;
  return `node_modules/.bin/node -e "import('./sdk/realtime/index.ts').then((sdk) => sdk.connectRealtime(${options}))"`;
};

export function banner(paint: Paint, facts: BannerFacts): string {
  const names = Object.keys(facts.signIn);
  const width = Math.max(...names.map(({ length }) => length), 0);
  const row = (label: string, value: string) => `  ${paint('gray', label.padEnd(11))}${value}`;
  const { testUser, payments } = facts;
  const real = payments.real.length > 0 ? `  (${payments.real.join(' and ')} for real, with test keys)` : '';
  return [
    '',
    `${paint('bold', 'Tessera')} runs on this machine, ready in ${(facts.readyMs / 1000).toFixed(1)} s.`,
    '',
    row('API', paint('bold', facts.apiUrl)),
    row('reference', `${facts.apiUrl}/v1/docs`),
    row('socket', facts.socketUrl),
    ...names.map((app, i) => row(i === 0 ? 'sign-in' : '', `${app.padEnd(width)}  ${facts.signIn[app]}`)),
    row('payments', `${payments.url}${real}`),
    ...(testUser ? [row('test user', `${testUser.email} / ${testUser.password}  (${testUser.app})`)] : []),
    row('data', facts.dataDir ? `${facts.dataDir}, kept until started with --fresh` : 'in memory, gone at the end'),
    '',
    'Try next:',
    ...(testUser
      ? [
          `  curl -s ${facts.apiUrl}/v1/credits -H "authorization: Bearer $(cat ${facts.tokenFile})"`,
          `  curl -s ${facts.apiUrl}/v1/admin/accounts -H "x-admin-key: $(cat ${facts.adminKeyFile})"`,
          `  ${listenCommand(facts)}`,
          '  … prints what this user hears, until Ctrl-C: run a tool meanwhile, in another shell',
          `  the token is the test user's; the project's API key is in ${facts.anonKeyFile}; every app's keys are in ${facts.appsFile}`,
          '  uploading a photo and running a tool by hand: README.md, "By hand"',
        ]
      : [`  curl -s ${facts.apiUrl}/v1/apps/${names[0]}/catalog`]),
    '',
    paint('gray', 'Ctrl-C ends it. One line per request, event and error follows.'),
    '',
  ].join('\n');
}
