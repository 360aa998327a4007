/** Billing's part of an export: all payments and the subscription as the API shows them, and nobody else's. */
import { describe, expect, test } from '@jest/globals';
import type { infer as Infer } from 'zod';
import { type ExportData, type ExportPart, exportJson } from '#services/identity/client.ts';
import type { exportRequested } from '#services/identity/contracts.ts';
import type { Owner } from '#shared/owner.ts';
import { paymentStream } from '../domain/payment-state.ts';
import { subscriptionStream } from '../domain/subscription-state.ts';
import { paymentView } from '../payment-view.ts';
import { subscriptionView } from '../subscription-view.ts';
import { meta, newParts, owner } from '../test/api-world.ts';
import { recordCapture, refundTotal, requestPayment } from '../test/payment-words.ts';
import { day, observe, recordPaid } from '../test/subscriptions.ts';
import { exportPart } from './export-part.ts';

const at = day(3);
const exportId = '0199c2d4-0000-7000-8000-000000000001';
const requested: Infer<typeof exportRequested> = {
  id: 'event-1',
  type: 'ExportRequested',
  schemaVersion: 1,
  ...owner,
  version: 2,
  at,
  correlationId: 'c-1',
  causationId: 'c-1',
  data: { exportId },
};

interface Part {
  readonly customer_id: string | null;
  readonly subscription: Record<string, unknown>;
  readonly payments: { readonly id: string; readonly status: string }[];
}

const world = () => {
  const { parts } = newParts();
  const asked: string[] = [];
  const payments = {
    listOfOwner: (of: string, options: { readonly limit: number; readonly cursor?: string }) => {
      asked.push(of);
      return parts.paymentRows.listOfOwner(of, options);
    },
  };
  const run = async () => {
    const written: { part: ExportPart; data: Part }[] = [];
    const write = async (part: ExportPart, data: ExportData) =>
      void written.push({ part, data: JSON.parse((await exportJson(data)).toString()) });
    const { subscriptions, customers } = parts;
    await exportPart({ payments, subscriptions, customers, write })(requested);
    const [first] = written;
    if (!first || written.length > 1) throw new Error(`${written.length} parts were written`);
    return first;
  };
  const pay = async (of: Owner, id: string) => {
    const stream = paymentStream(of, id);
    for (const command of [requestPayment(), recordCapture(`pi_${id}`), refundTotal(300)])
      await parts.handlePayment(stream, command, meta);
  };
  const subscribe = async (of: Owner) => {
    for (const command of [observe(day(0), 0), recordPaid(day(0))])
      await parts.handleSubscription(subscriptionStream(of), command, meta);
  };
  return { parts, asked, run, pay, subscribe };
};

describe('billing’s part of an export', () => {
  test('is what the API shows: payments, the subscription, the customer at Stripe', async () => {
    const { parts, run, pay, subscribe } = world();
    await pay(owner, 'pay_1');
    await subscribe(owner);
    await parts.customers.keep(owner, 'cus_1');
    const { part, data } = await run();
    expect(part).toEqual({ owner, exportId, service: 'billing' });
    const payment = await parts.payments.load(paymentStream(owner, 'pay_1'));
    const subscription = await parts.subscriptions.load(subscriptionStream(owner));
    if (!subscription || !payment || payment.state.status === 'unknown') throw new Error('nothing was recorded');
    expect(data).toEqual({
      customer_id: 'cus_1',
      subscription: subscriptionView(subscription.state, at, 'cus_1'),
      payments: [paymentView('pay_1', payment.state, at)],
    });
    expect(data.subscription).toMatchObject({ status: 'active', plan: 'plus', customer_id: 'cus_1' });
    expect(data.payments).toMatchObject([{ status: 'partially_refunded', refunded_minor: 300 }]);
  });

  test('of many payments has every one of them, once, page by page', async () => {
    const { run, pay, asked } = world();
    const ids = Array.from({ length: 201 }, (_, n) => `pay_${n}`);
    for (const id of ids) await pay(owner, id);
    const { data } = await run();
    expect(data.payments.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(asked).toHaveLength(3);
  });

  test('of a user who never paid says so', async () => {
    const { run } = world();
    expect((await run()).data).toMatchObject({
      customer_id: null,
      subscription: { status: 'none', plan: null, customer_id: null },
      payments: [],
    });
  });

  test('I8 holds nothing of another user, nor of the same one in another app', async () => {
    const { parts, run, pay, subscribe, asked } = world();
    for (const of of [
      { ...owner, user: 'user-10' },
      { ...owner, app: 'other-app' },
    ]) {
      await pay(of, `pay_${of.app}-${of.user}`);
      await subscribe(of);
      await parts.customers.keep(of, 'cus_other');
    }
    const { data } = await run();
    expect([data.customer_id, data.payments, data.subscription.status]).toEqual([null, [], 'none']);
    expect(asked).toEqual([`${owner.app}#${owner.user}`]);
  });

  test('told twice is the same', async () => {
    const { run, pay } = world();
    await pay(owner, 'pay_1');
    expect(await run()).toEqual(await run());
  });
});
