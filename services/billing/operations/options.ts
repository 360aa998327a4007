/** What `npm run billing` is told. */
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import { parseArguments } from '#shared/operations/parse-arguments.ts';
import { appId } from '#shared/owner.ts';
import type { Where } from './connect.ts';

export const usage = `npm run billing -- <command> [options]

  reconcile --app APP --since TIME   the payments at Stripe since then against ours: what came,
                                     what went back; and the subscriptions that give a plan.
                                     Names each difference; exit 1 if any
  show <app> <payment id>            a payment's events, and the callbacks that told of it
  rebuild [--app APP]                makes the lists of payments and of due subscriptions from the
                                     events again, while the service runs

reconcile
  --since TIME, --until TIME   as 2026-11-01 or 2026-11-01T12:00:00Z, UTC; of the time when a
                               payment began. Until now unless given
  --fix              applies what is missing here, oldest first, then looks again;
                     exit 1 if differences remain
  --shared           the account at Stripe serves other apps too: payments that bear no mark
                     of this app are counted, not named

rebuild
  --segments N       parallel readers of the events, 1 to 64 (default 4)
  --checkpoint FILE  where an interrupted run goes on (default in the temporary folder)

Where
  By default the account that "npm start" runs (--account FILE, default .local/account.json).
  For AWS name the tables; region, credentials and endpoint are the SDK's own variables
  (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, …). Stripe's key is read from the secret
  tessera/billing/<app> there.
  --events-table NAME   --payments-table NAME   --subscriptions-table NAME
  --references-table NAME (reconcile)   --callbacks-table NAME (show)
  --catalog-function NAME   (default TesseraPlatform-catalog-definition)

Options
  --json             the result as JSON`;

interface Common {
  readonly where: Where;
  readonly json: boolean;
}
interface OfApp extends Common {
  readonly app: string;
}

/** ISO-8601 UTC; `until` is not part of it. */
export interface Span {
  readonly since: string;
  readonly until: string | undefined;
}

export type BillingOptions =
  | { readonly command: 'help' }
  | (OfApp & {
      readonly command: 'reconcile';
      readonly span: Span;
      readonly fix: boolean;
      /** Of the account at the provider. */
      readonly shared: boolean;
    })
  | (OfApp & { readonly command: 'show'; readonly paymentId: string })
  | (Common & {
      readonly command: 'rebuild';
      /** All unless named. */
      readonly app: string | undefined;
      readonly segments: number;
      readonly checkpoint: string | undefined;
    });

const parse = (args: readonly string[]) =>
  parseArguments(args, {
    account: { type: 'string', default: '.local/account.json' },
    'events-table': { type: 'string' },
    'payments-table': { type: 'string' },
    'subscriptions-table': { type: 'string' },
    'references-table': { type: 'string' },
    'callbacks-table': { type: 'string' },
    'catalog-function': { type: 'string', default: 'TesseraPlatform-catalog-definition' },
    app: { type: 'string' },
    since: { type: 'string' },
    until: { type: 'string' },
    fix: { type: 'boolean', default: false },
    shared: { type: 'boolean', default: false },
    segments: { type: 'string', default: '4' },
    checkpoint: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
type Values = ReturnType<typeof parse>['values'];

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

const readTime = (text: string, option: string): string => {
  const { success, data } = moment.safeParse(text);
  if (!success)
    throw new OperatorError(`--${option} takes a time as 2026-11-01 or 2026-11-01T12:00:00Z, not "${text}"`);
  return new Date(data).toISOString();
};

const readApp = (text: string): string => {
  if (!appId.safeParse(text).success) throw new OperatorError(`"${text}" is no app's id`);
  return text;
};

type TableName = 'events' | 'payments' | 'subscriptions' | 'references' | 'callbacks';

const whereOf = (values: Values, needed: readonly TableName[]): Where => {
  const { account: accountFile, 'catalog-function': catalogFunction } = values;
  const named = {
    events: values['events-table'],
    payments: values['payments-table'],
    subscriptions: values['subscriptions-table'],
    references: values['references-table'],
    callbacks: values['callbacks-table'],
  };
  if (Object.values(named).every((name) => !name)) return { accountFile, catalogFunction };
  const missing = needed.filter((table) => !named[table]);
  if (missing.length > 0)
    throw new OperatorError(`name the ${missing.map((table) => `--${table}-table`).join(', ')} too`);
  const { events = '', payments = '', subscriptions = '', references = '', callbacks = '' } = named;
  return { accountFile, catalogFunction, tables: { events, payments, subscriptions, references, callbacks } };
};

const readReconcile = (values: Values, rest: readonly string[]): BillingOptions => {
  const { app, since, json, fix, shared } = values;
  if (rest.length > 0) throw new OperatorError(`reconcile takes no "${rest[0]}"`);
  if (!app || !since) throw new OperatorError('reconcile takes --app and --since: --app sparky --since 2026-11-01');
  const until = values.until === undefined ? undefined : readTime(values.until, 'until');
  const span = { since: readTime(since, 'since'), until };
  if (until !== undefined && Date.parse(until) <= Date.parse(span.since))
    throw new OperatorError('--until is not behind --since');
  const where = whereOf(values, ['events', 'payments', 'subscriptions', 'references']);
  return { command: 'reconcile', app: readApp(app), span, fix, shared, where, json };
};

const readShow = (values: Values, [app, paymentId, ...more]: readonly string[]): BillingOptions => {
  if (!app || !paymentId || more.length > 0)
    throw new OperatorError('show takes an app and a payment: show sparky pay_0199c2d4-…');
  if (!z.safeParse(idSchema('pay'), paymentId).success) throw new OperatorError(`"${paymentId}" is no payment's id`);
  const where = whereOf(values, ['events', 'payments', 'callbacks']);
  return { command: 'show', app: readApp(app), paymentId, where, json: values.json };
};

const readRebuild = (values: Values, rest: readonly string[]): BillingOptions => {
  if (rest.length > 0) throw new OperatorError(`rebuild takes no "${rest[0]}"`);
  const segments = Number(values.segments);
  if (!Number.isInteger(segments) || segments < 1 || segments > 64)
    throw new OperatorError(`--segments takes a whole number from 1 to 64, not "${values.segments}"`);
  const where = whereOf(values, ['events']);
  if (where.tables && !where.tables.payments && !where.tables.subscriptions)
    throw new OperatorError('name a table to rebuild: --payments-table, --subscriptions-table');
  const app = values.app === undefined ? undefined : readApp(values.app);
  return { command: 'rebuild', app, segments, checkpoint: values.checkpoint, where, json: values.json };
};

/** @throws OperatorError with one line that says what is wrong. */
export const readOptions = (args: readonly string[]): BillingOptions => {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') return { command: 'help' };
  if (command === 'reconcile') return readReconcile(values, rest);
  if (command === 'show') return readShow(values, rest);
  if (command === 'rebuild') return readRebuild(values, rest);
  throw new OperatorError(`there is no "${command}": reconcile, show or rebuild`);
};
