/** What `npm run catalog` is told. */
import { OperatorError } from '#shared/operations/operator-error.ts';
import { parseArguments } from '#shared/operations/parse-arguments.ts';
import { reason as reasonSchema } from '../domain/offer.ts';
import type { Where } from './connect.ts';

export const usage = `npm run catalog -- <command> <app> [options]

  diff <app>          what the app's file (apps/) would change in the offer that is served;
                      exit 1 if anything
  publish <app>       makes the file's offer the served one, as a new version; from then on
                      files of later deployments are applied again
  history <app>       the versions: when, by whom, why, what changed
  rollback <app> N    makes version N's offer the served one again, as a new version

publish and rollback show what would change, and change it with --yes; without, exit 1.

Where
  By default the account that "npm start" runs (--account FILE, default .local/account.json).
  For AWS name the catalog's events table; region, credentials and endpoint are the SDK's own
  variables (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, …).
  --events-table NAME

Options
  --yes              publish, rollback: do it
  --reason TEXT      publish, rollback: why, for the history
  --last N           history: the newest N versions (default 20)
  --json             diff, history: the result as JSON`;

interface Common {
  readonly where: Where;
  readonly app: string;
  readonly json: boolean;
}
interface Acting extends Common {
  readonly yes: boolean;
  readonly reason: string | undefined;
}

export type CatalogOptions =
  | { readonly command: 'help' }
  | (Common & { readonly command: 'diff' })
  | (Common & { readonly command: 'history'; readonly last: number })
  | (Acting & { readonly command: 'publish' })
  | (Acting & { readonly command: 'rollback'; readonly version: number });

const whole = (text: string, what: string, max: number): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > max)
    throw new OperatorError(`${what} is a whole number from 1 to ${max}, not "${text}"`);
  return number;
};

const parse = (args: readonly string[]) =>
  parseArguments(args, {
    account: { type: 'string', default: '.local/account.json' },
    'events-table': { type: 'string' },
    last: { type: 'string', default: '20' },
    reason: { type: 'string' },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });

const readReason = (text: string | undefined): string | undefined => {
  if (text !== undefined && !reasonSchema.safeParse(text).success)
    throw new OperatorError('--reason takes 1 to 500 characters');
  return text;
};

/** @throws OperatorError with one line that says what is wrong. */
export const readOptions = (args: readonly string[]): CatalogOptions => {
  const { values, positionals } = parse(args);
  const [command, app, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') return { command: 'help' };
  if (command !== 'diff' && command !== 'publish' && command !== 'history' && command !== 'rollback')
    throw new OperatorError(`there is no "${command}": diff, publish, history or rollback`);
  if (!app) throw new OperatorError(`${command} takes an app: ${command} sparky`);
  const table = values['events-table'];
  const common = { where: { accountFile: values.account, ...(table ? { table } : {}) }, app, json: values.json };
  const acting = { ...common, yes: values.yes, reason: readReason(values.reason) };
  const [version, ...more] = command === 'rollback' ? rest : [undefined, ...rest];
  if (more.length > 0) throw new OperatorError(`${command} takes no "${more[0]}"`);
  switch (command) {
    case 'diff':
      return { ...common, command };
    case 'history':
      return { ...common, command, last: whole(values.last, '--last', 1_000) };
    case 'publish':
      return { ...acting, command };
    case 'rollback':
      if (version === undefined) throw new OperatorError('rollback takes an app and a version: rollback sparky 3');
      return { ...acting, command, version: whole(version, 'a version', 999_999_999) };
  }
};
