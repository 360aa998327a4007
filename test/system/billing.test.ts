/** Money in, credits out, once, on one stack: what users buy, what banks take back, and what providers tell of it. */
import { afterAll, expect, test } from '@jest/globals';
import './billing/purchases.suite.ts';
import './billing/paymob.suite.ts';
import './billing/clawback.suite.ts';
import './billing/records.suite.ts';
import './billing/callback-faults.suite.ts';
import './billing/provider-faults.suite.ts';
import './billing/burst.suite.ts';
import './billing/cost.suite.ts';
import './billing/subscriptions.suite.ts';
import './billing/top-up.suite.ts';
import './billing/leaving.suite.ts';
import { closeSharedStack, sharedStack } from './shared-stack.ts';

afterAll(closeSharedStack);

test('I5 I7 behind all of it every payment has its grant and its row, and nothing waits', async () => {
  const stack = await sharedStack();
  await stack.settle();
  expect((await stack.check()).violations).toEqual([]);
  expect(stack.payments.deliveries.held).toEqual([]);
});
