/** X12 what one purchase costs from the provider's callback to the credits, counted at the gateway: every AWS call, and the request units. */
import { beforeAll, expect, test } from '@jest/globals';
import type { AwsCall } from '#local/contracts.ts';
import { sharedStack } from '../shared-stack.ts';
import type { Stack } from '../stack.ts';
import { openPage } from './buying.ts';

const app = 'sandbox-lab';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);

/** How many events one PutEvents carries is a matter of timing; a process reads the catalog once in four seconds, a secret once a minute. */
const isKept = ({ operation, resources }: AwsCall): boolean =>
  operation === 'GetSecretValue' || operation === 'PutEvents' || resources.some((arn) => /catalog/i.test(arn));

/** Counters are written for a batch of many payments' events: `services/admin/counting/count-events.test.ts` counts those calls. */
const isOfMany = (entry: string): boolean => /catalog|admin\/handlers\/count-events/.test(entry);

const callsByFunction = (): Record<string, string[]> => {
  const calls: Record<string, string[]> = {};
  for (const { name, entry } of stack.account.functions) {
    const made = stack.account.calls
      .of({ caller: name })
      .filter((call) => !isKept(call))
      .map(({ operation, readUnits, writeUnits }) =>
        [operation, readUnits ? `${readUnits} RRU` : '', writeUnits ? `${writeUnits} WRU` : '']
          .filter(Boolean)
          .join(' '),
      );
    if (made.length > 0 && !isOfMany(entry))
      calls[entry.replace(/^services\/|\.ts$/g, '').replace('/handlers/', ' ')] = made;
  }
  return calls;
};

test('X12 FS3 one pack at Stripe, from the callback to the credits; and its second event', async () => {
  const { deliveries, stripe } = stack.payments;
  const user = await stack.signUp(app);
  const buy = async (): Promise<readonly string[]> => {
    const { session_id: session } = await openPage(user, { pack_id: 'pack-100' });
    await stack.account.drain();
    deliveries.hold();
    stripe(app).paySession(session, 'pay');
    const told = deliveries.held.filter(({ type }) =>
      /^(checkout.session.completed|payment_intent.succeeded)$/.test(type),
    );
    await deliveries.deliverHeld(() => []);
    return told.map(({ id }) => id);
  };
  const costOf = async (event = '') => {
    stack.account.calls.clear();
    await deliveries.redeliver(event);
    await stack.account.drain();
    return callsByFunction();
  };
  // The first purchase opens the account, and starts what is kept between requests.
  await costOf((await buy())[1]);
  const [intentSucceeded, sessionCompleted] = await buy();
  // The record is looked for; the body, the record and the worker's message are written.
  const taken = ['GetItem 1 RRU', 'PutObject', 'PutItem 3 WRU', 'SendMessage'];
  // Its user is known when it is taken in, its payment when it is applied; each is an index.
  const concluded = 'UpdateItem 3 WRU';
  expect(await costOf(sessionCompleted)).toEqual({
    'billing callbacks': taken,
    'billing on-callback': [
      // The intent's name of the payment is new; the page's was kept when it was opened, which is found out by writing it.
      'PutItem 1 WRU',
      'PutItem 1 WRU',
      'GetItem 1 RRU',
      'Query 1 RRU',
      'PutItem 1 WRU',
      concluded,
    ],
    'billing project': ['PutItem 3 WRU'],
    'credits on-payment': ['Query 1 RRU', 'TransactWriteItems 4 WRU'],
    'credits project': ['PutItem 3 WRU'],
    'notifications on-event': ['GetItem 1 RRU', 'PutItem 2 WRU'],
    'notifications push': ['Query 1 RRU', 'Query 1 RRU'],
    'webhooks on-payment': ['Query 1 RRU'],
  });
  const ofMany = new Set(stack.account.functions.flatMap(({ name, entry }) => (isOfMany(entry) ? [name] : [])));
  const units = (name: 'readUnits' | 'writeUnits') =>
    stack.account.calls.all.reduce((sum, call) => sum + (ofMany.has(call.caller) ? 0 : (call[name] ?? 0)), 0);
  expect({ read: units('readUnits'), write: units('writeUnits') }).toEqual({ read: 8, write: 21 });
  expect(await costOf(intentSucceeded)).toEqual({
    'billing callbacks': taken,
    'billing on-callback': ['PutItem 1 WRU', 'GetItem 1 RRU', 'Query 1 RRU', concluded],
  });
});
