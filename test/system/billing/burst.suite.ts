/**
 * FS8 I5 a burst of callbacks: payments, each told of by two events, each event sent ten times. 300 requests by default, which a small
 * machine takes in some seconds; `BURST=1000 npm test -- test/system/billing` sends a thousand, of fifty payments.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { paymentStream } from '#services/billing/domain/payment-state.ts';
import { paymentHandler } from '#services/billing/handle-payment.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { newId } from '#shared/ids.ts';
import { forEach } from '../ledger.ts';
import { sharedStack } from '../shared-stack.ts';
import type { Stack } from '../stack.ts';
import { postStripe } from './buying.ts';

const app = 'sandbox-lab';
const requests = Number(process.env.BURST ?? 300);
const payments = Math.ceil(requests / 20);
/** Purchases of one user meet at one account. */
const paymentsOfEach = 5;
/** As many as Stripe may have on their way at once. */
const atOnce = 16;

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);

interface Asked {
  readonly user: string;
  readonly payment: string;
  readonly number: number;
}

/** The pages were opened some time ago: here only the orders are written. */
const askForPayments = async (): Promise<Asked[]> => {
  const handle = paymentHandler(dynamoEventStore(stack.dynamoDb, stack.tables.billing));
  const users = Array.from({ length: Math.ceil(payments / paymentsOfEach) }, () => randomUUID());
  const asked = Array.from({ length: payments }, (_, number) => ({
    user: users[number % users.length] ?? '',
    payment: newId('pay'),
    number,
  }));
  const order = {
    provider: 'stripe',
    purpose: 'pack',
    item: 'pack-100',
    name: '100 credits',
    amountMinor: 1_000,
    currency: 'USD',
    credits: 100,
    via: 'checkout',
  } as const;
  const meta = { actor: 'test', correlationId: 'burst' };
  await forEach(asked, async ({ user, payment }) => {
    const at = new Date().toISOString();
    await handle(paymentStream({ app, user }, payment), { type: 'RequestPayment', at, order }, meta);
  });
  return asked;
};

/** What Stripe sends of a page that was paid: two events, and either is enough. */
const eventsOf = ({ user, payment, number }: Asked): string[] => {
  const metadata = { tessera_app: app, tessera_user: user, tessera_payment: payment };
  const created = Math.floor(Date.now() / 1_000);
  const intent = `pi_burst_${number}`;
  const shared = { metadata, currency: 'usd', created };
  const session = { mode: 'payment', payment_status: 'paid', payment_intent: intent, amount_total: 1_000 };
  const objects = {
    'payment_intent.succeeded': { ...shared, id: intent, status: 'succeeded', amount: 1_000, amount_received: 1_000 },
    'checkout.session.completed': { ...shared, ...session, id: `cs_burst_${number}` },
  };
  return Object.entries(objects).map(([type, object]) =>
    JSON.stringify({ id: `evt_burst_${number}_${type}`, object: 'event', created, type, data: { object } }),
  );
};

test(`FS8 I5 of ${requests} callbacks at once every one is taken, and every payment is granted once`, async () => {
  const asked = await askForPayments();
  const events = asked.flatMap(eventsOf);
  // Each event is sent twice at once, and again when others were sent.
  const sent = Array.from({ length: requests }, (_, i) => events[(Math.floor(i / 2) * 7) % events.length] ?? '');
  expect(new Set(sent).size).toBe(events.length);
  const statuses = new Map<number, number>();
  await forEach(
    sent,
    async (body) => {
      const status = await postStripe(stack, body);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    },
    atOnce,
  );
  await stack.settle();
  expect([...statuses]).toEqual([[200, requests]]);
  const { accounts, violations } = await stack.check();
  expect(violations).toEqual([]);
  const purchased = asked.map(({ user, payment }) =>
    (accounts.get(`${app}#${user}`) ?? []).filter(
      ({ event }) => event.type === 'CreditsGranted' && event.grantId === payment && event.credits === 100,
    ),
  );
  expect(purchased.map(({ length }) => length)).toEqual(asked.map(() => 1));
}, 120_000);
