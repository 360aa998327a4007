/** A command that cannot run says why in one line and exits with 2; only differences make it exit with 1. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { ProviderFailure } from '../providers/provider.ts';
import { recordCapture } from '../test/payment-words.ts';
import { day } from '../test/subscriptions.ts';
import { type BillingParts, runBilling } from './run.ts';
import { newApp, startBooks, type TestBooks } from './testing/books.ts';

let books: TestBooks;
beforeAll(async () => {
  books = await startBooks();
});
afterAll(() => books.close());

const [lab] = definitions;
const catalog: NonNullable<BillingParts['catalog']> = { app: async (id) => (id === 'nowhere' ? undefined : lab) };

const complaintOf = async (args: readonly string[], parts: BillingParts = {}): Promise<string> => {
  const complaints: string[] = [];
  const output = { print: () => {}, progress: () => {}, complain: (line: string) => void complaints.push(line) };
  const code = await runBilling(['--account', books.accountFile, ...args], output, { catalog, ...parts });
  expect({ code, complaints }).toEqual({ code: 2, complaints: [expect.not.stringContaining('\n')] });
  return complaints.join();
};

const since = ['--since', '2026-11-01'];
const app = ['reconcile', '--app', 'sparky'];
const refused: readonly (readonly [string, string[], string])[] = [
  ['no such command', ['refund'], 'there is no "refund": reconcile, show or rebuild'],
  ['no such option', [...app, ...since, '--force'], "Unknown option '--force'"],
  ['no time', app, 'reconcile takes --app and --since'],
  ['no app', ['reconcile', ...since], 'reconcile takes --app and --since'],
  ['an app that cannot be', ['reconcile', '--app', 'a#b', ...since], '"a#b" is no app'],
  ['no such app', ['reconcile', '--app', 'nowhere', ...since], 'there is no app "nowhere"'],
  ['a time that is none', [...app, '--since', 'yesterday'], '--since takes a time as 2026-11-01'],
  ['an end before the beginning', [...app, ...since, '--until', '2026-10-01'], '--until is not behind --since'],
  ['too many words', [...app, ...since, 'now'], 'reconcile takes no "now"'],
  ['no payment', ['show', 'sparky'], 'show takes an app and a payment'],
  ['a payment that cannot be', ['show', 'sparky', 'pi_1'], '"pi_1" is no payment'],
  ['readers without end', ['rebuild', '--segments', '65'], '--segments takes a whole number from 1 to 64'],
  ['a rebuild of what', ['rebuild', 'payments'], 'rebuild takes no "payments"'],
  ['a rebuild of nothing', ['rebuild', '--events-table', 'x-y-z'], 'name a table to rebuild: --payments-table'],
  ['a rebuild from nothing', ['rebuild', '--payments-table', 'x-y-z'], 'name the --events-table'],
  [
    'some of the tables',
    [...app, ...since, '--events-table', 'x-y-z'],
    'name the --payments-table, --subscriptions-table, --references-table',
  ],
  ['no account here', [...app, ...since, '--account', 'none.json'], 'start it with "npm start", or name the tables'],
];
test.each(refused)('%s', async (_, args, why) => {
  expect(await complaintOf(args)).toContain(why);
});

test('a secret that cannot be read', async () => {
  expect(await complaintOf([...app, ...since])).toContain('the secret tessera/billing/sparky cannot be used at ');
});

test('an app without a provider', async () => {
  const providersOf = async () => ({});
  expect(await complaintOf([...app, ...since], { providersOf })).toContain('there is no secret tessera/billing/sparky');
});

test('payments at Stripe, and no key of Stripe any more', async () => {
  const { request, tell, owner } = newApp(books);
  await tell(await request(), { ...recordCapture('pi_1'), at: day(1) });
  const paymob = { readCallback: () => ({ fault: 'forged' }) as const, openCheckout: fail, refund: fail };
  const args = ['reconcile', '--app', owner.app, ...since];
  expect(await complaintOf(args, { providersOf: async () => ({ paymob }) })).toContain('no keys of Stripe');
});
const fail = async () => {
  throw new Error('not asked for');
};

test('Stripe that does not answer, or has more than is read', async () => {
  const { stripe, reconcile } = newApp(books);
  stripe.fail(new ProviderFailure('refused', 'Stripe, listing invoices: there are more than 10000'));
  expect(await reconcile()).toEqual({
    code: 2,
    complaint: 'billing: Stripe, listing invoices: there are more than 10000',
  });
});

test('an account that ended, a table that is not there', async () => {
  const text = JSON.stringify({
    endpoint: 'http://127.0.0.1:9',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    tables: {
      TesseraBilling: {
        Events: 'e-e-e',
        Payments: 'p-p-p',
        Subscriptions: 's-s-s',
        References: 'r-r-r',
        Callbacks: 'c-c-c',
      },
    },
  });
  const { stripe } = newApp(books);
  const parts = { providersOf: async () => ({ stripe: stripe.api }) };
  const ended = join(books.folder, 'ended.json');
  await writeFile(ended, text);
  expect(await complaintOf([...app, ...since, '--account', ended], parts)).toContain('is it running?');
  const other = join(books.folder, 'other.json');
  await writeFile(other, text.replace('http://127.0.0.1:9', books.endpoint));
  expect(await complaintOf([...app, ...since, '--account', other], parts)).toContain('a table is not there (e-e-e');
});

test('without a command, or with --help, it says what there is', async () => {
  const said: string[] = [];
  const output = { print: (text: string) => void said.push(text), progress: () => {}, complain: () => {} };
  expect([await runBilling([], output), await runBilling(['--help'], output)]).toEqual([0, 0]);
  expect(said).toEqual([expect.stringContaining('reconcile'), said[0]]);
});
