/** What `npm run ledger` is told. */
import { OperatorError } from '#shared/operations/operator-error.ts';
import { parseArguments } from '#shared/operations/parse-arguments.ts';
import { accountStream } from '../domain/account.ts';
import type { Where } from './connect.ts';

export const usage = `npm run ledger -- <command> [options]

  verify             checks every event of every account: chain, state, conservation; and that
                     the balances agree. Names the first wrong event of each account; exit 1
  rebuild            makes the read models from the events again, while the service runs
  show <app> <user>  one account's history

Where
  By default the account that "npm start" runs (--account FILE, default .local/account.json).
  For AWS name the tables; region, credentials and endpoint are the SDK's own variables
  (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, …).
  --events-table NAME   --balances-table NAME   --usage-table NAME
  --catalog-function NAME   (default TesseraPlatform-catalog-definition)

Options
  --segments N       parallel readers of a table, 1 to 64 (default 4)
  --last N           show: the newest N events (default 100)
  --checkpoint FILE  rebuild: where an interrupted run goes on (default in the temporary folder)
  --json             the result as JSON`;

interface Common {
  readonly where: Where;
  readonly json: boolean;
}

export type LedgerOptions =
  | { readonly command: 'help' }
  | (Common & { readonly command: 'verify'; readonly segments: number })
  | (Common & { readonly command: 'rebuild'; readonly segments: number; readonly checkpoint: string | undefined })
  | (Common & { readonly command: 'show'; readonly stream: string; readonly last: number });

const whole = (text: string, option: string, [min, max]: readonly [number, number]): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new OperatorError(`--${option} takes a whole number from ${min} to ${max}, not "${text}"`);
  return number;
};

const parse = (args: readonly string[]) =>
  parseArguments(args, {
    account: { type: 'string', default: '.local/account.json' },
    'events-table': { type: 'string' },
    'balances-table': { type: 'string' },
    'usage-table': { type: 'string' },
    'catalog-function': { type: 'string', default: 'TesseraPlatform-catalog-definition' },
    segments: { type: 'string', default: '4' },
    last: { type: 'string', default: '100' },
    checkpoint: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });

const whereOf = (values: ReturnType<typeof parse>['values']): Where => {
  const events = values['events-table'];
  const balances = values['balances-table'];
  const usageTable = values['usage-table'];
  if (!events && (balances || usageTable)) throw new OperatorError('name the --events-table too');
  const tables = events && {
    events,
    ...(balances ? { balances } : {}),
    ...(usageTable ? { usage: usageTable } : {}),
  };
  return { accountFile: values.account, catalogFunction: values['catalog-function'], ...(tables ? { tables } : {}) };
};

/** @throws OperatorError with one line that says what is wrong. */
export const readOptions = (args: readonly string[]): LedgerOptions => {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') return { command: 'help' };
  const common = { where: whereOf(values), json: values.json };
  const segments = whole(values.segments, 'segments', [1, 64]);
  if (command === 'show') {
    const [app, user, ...more] = rest;
    if (!app || !user || more.length > 0)
      throw new OperatorError('show takes an app and a user: show sparky 0199c2d4-…');
    return {
      ...common,
      command,
      stream: accountStream({ app, user }),
      last: whole(values.last, 'last', [1, 1_000_000]),
    };
  }
  if (command !== 'verify' && command !== 'rebuild')
    throw new OperatorError(`there is no "${command}": verify, rebuild or show`);
  if (rest.length > 0) throw new OperatorError(`${command} takes no "${rest[0]}"`);
  return command === 'verify'
    ? { ...common, command, segments }
    : { ...common, command, segments, checkpoint: values.checkpoint };
};
