/** What `npm run queues` is told. */
import { OperatorError } from '../operator-error.ts';
import { parseArguments } from '../parse-arguments.ts';
import type { Where } from './connect.ts';

export const usage = `npm run queues -- <command> [options]

  list              every dead-letter queue: how many messages, since when; exit 1 if any waits
  show <queue>      what waits in one, and why; nothing is taken out
  redrive <queue>   gives its messages to the consumer again: those of a queue go back to that
                    queue, those of a table's stream are read from the stream again and handed
                    to the function. A message goes when that is done, so it may be handled
                    twice and is never lost; exit 1 if any could not be

A queue is named in whole or by a part that only its name has: TesseraCredits-Relayed

Where
  By default the account that "npm start" runs (--account FILE, default .local/account.json).
  For AWS name the beginning of the queues' names; region, credentials and endpoint are the
  SDK's own variables (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, …).
  --prefix Tessera

Options
  --max N           show: so many messages (default 10); redrive: so many at most (default as
                    many as wait when it begins)
  --dry-run         redrive: says what would be done
  --forget-gone     redrive: also removes messages whose records the stream no longer has
  --json            list, show: the result as JSON`;

interface Common {
  readonly where: Where;
  readonly json: boolean;
}

export type QueuesOptions =
  | { readonly command: 'help' }
  | (Common & { readonly command: 'list' })
  | (Common & { readonly command: 'show'; readonly queue: string; readonly max: number })
  | (Common & {
      readonly command: 'redrive';
      readonly queue: string;
      readonly max: number | undefined;
      readonly dryRun: boolean;
      readonly forgetGone: boolean;
    });

/** More than one run handles in an hour. */
const mostMessages = 100_000;
const shownByDefault = 10;

const parse = (args: readonly string[]) =>
  parseArguments(args, {
    account: { type: 'string', default: '.local/account.json' },
    prefix: { type: 'string' },
    max: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    'forget-gone': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });

const readMax = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > mostMessages)
    throw new OperatorError(`--max takes a whole number from 1 to ${mostMessages}, not "${text}"`);
  return number;
};

/** @throws OperatorError with one line that says what is wrong. */
export const readOptions = (args: readonly string[]): QueuesOptions => {
  const { values, positionals } = parse(args);
  const [command, queue, ...more] = positionals;
  if (values.help || command === undefined || command === 'help') return { command: 'help' };
  if (command !== 'list' && command !== 'show' && command !== 'redrive')
    throw new OperatorError(`there is no "${command}": list, show or redrive`);
  const where = { accountFile: values.account, ...(values.prefix ? { prefix: values.prefix } : {}) };
  const common = { where, json: values.json };
  const max = readMax(values.max);
  const unexpected = command === 'list' ? queue : more[0];
  if (unexpected !== undefined) throw new OperatorError(`${command} takes no "${unexpected}"`);
  if (command === 'list') return { ...common, command };
  if (!queue) throw new OperatorError(`${command} takes a queue; "list" names them`);
  if (command === 'show') return { ...common, command, queue, max: max ?? shownByDefault };
  return { ...common, command, queue, max, dryRun: values['dry-run'], forgetGone: values['forget-gone'] };
};
