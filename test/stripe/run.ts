/**
 * `npm run test:stripe`: every request that the Stripe adapter makes, checked against Stripe's OpenAPI by stripe-mock.
 * Exit code 0: all were taken; 1: one was refused, an answer was not understood, or it cannot run here.
 */
import { stripeApi } from '#services/billing/providers/stripe/stripe-api.ts';
import { calls } from './calls.ts';
import { CannotRun, findStripeMock, type StripeMock, startStripeMock } from './stripe-mock.ts';
import { startWatcher, type Watcher } from './watcher.ts';

const row = (method: string, requests: number | string, outcome: string) =>
  console.log(`  ${method.padEnd(36)}${String(requests).padStart(8)}  ${outcome}`);

const checkAll = async (watcher: Watcher): Promise<number> => {
  const setup = { secret_key: 'sk_test_123', webhook_secrets: ['whsec_unused'], base_url: watcher.url };
  const api = stripeApi({ app: 'sparky', setup });
  let [count, faults] = [0, 0];
  row('method', 'requests', '');
  for (const [method, ways] of Object.entries(calls)) {
    for (const { how, staged = [], call } of ways) {
      let failure: string | undefined;
      const { requests, refused } = await watcher.watch(staged, async () => {
        try {
          await call(api);
        } catch (error) {
          failure = error instanceof Error ? error.message : String(error);
        }
      });
      const isFine = failure === undefined && refused.length === 0 && requests.length > staged.length - 1;
      count += requests.length;
      faults += isFine ? 0 : 1;
      row(how === undefined ? method : `${method} (${how})`, requests.length, isFine ? 'ok' : 'NOT OK');
      for (const line of refused) console.log(`    refused: ${line}`);
      if (failure !== undefined) console.log(`    failed: ${failure}`);
    }
  }
  console.log(`\n  ${count} requests, ${faults} of the calls not ok`);
  return faults === 0 ? 0 : 1;
};

const run = async (): Promise<number> => {
  let [mock, watcher]: [StripeMock | undefined, Watcher | undefined] = [undefined, undefined];
  const close = async () => {
    await watcher?.close();
    await mock?.close();
  };
  const interrupted = () => void close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    mock = await startStripeMock(findStripeMock(console.log));
    watcher = await startWatcher(mock.url);
    return await checkAll(watcher);
  } finally {
    await close();
  }
};

try {
  process.exitCode = await run();
} catch (error) {
  console.error(error instanceof CannotRun ? `test:stripe cannot run here. ${error.message}` : error);
  process.exitCode = 1;
}
