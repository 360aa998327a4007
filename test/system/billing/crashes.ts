/** What billing does for a user's money, struck at every AWS call: credited once, charged once. */
import { randomUUID } from 'node:crypto';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { derivedId, derivedUuid } from '#shared/ids.ts';
import { type CleanRun, crashesOf, type Run, untilAnswered } from '../crashes.ts';
import { type Ledger, lab, told } from '../ledger.ts';
import type { Stack, User } from '../stack.ts';
import { type Callback, openPage, postStripe, readPayment } from './buying.ts';
import { payOnPage } from './subscriber.ts';

export const crashesOfBilling = ({ stack, ledger }: { stack: () => Stack; ledger: () => Ledger }): void => {
  const { scenario, runClean, strikeEveryCall } = crashesOf(stack);
  /** A process that has just started also reads its secret, which it keeps for a minute. */
  const runWarm = (run: Run): Promise<CleanRun> => runClean(run).then(() => runClean(run));

  describe('FS8 I5 a pack that Stripe tells of', () => {
    let user: User;
    beforeAll(async () => {
      user = await stack().signUp(lab);
      await stack().makeAdmin(user);
    });

    const bought = scenario(
      async () => {
        const { payment_id: payment, session_id } = await openPage(user, { pack_id: 'pack-100' });
        const { deliveries } = stack().payments;
        deliveries.hold();
        stack().payments.stripe(lab).paySession(session_id, 'pay');
        const event = deliveries.held.find(({ type }) => type === 'checkout.session.completed');
        await deliveries.deliverHeld(() => []);
        if (!event) throw new Error('Stripe tells of nothing');
        return { payment, event, before: (await ledger().eventsOf(user.id)).length };
      },
      // Stripe sends again what was not answered by 200, signed anew.
      ({ event }) => untilAnswered(async () => ({ status: await postStripe(stack(), event.body) })),
      async ({ payment, event: { id }, before }) => {
        const { status, credits } = await readPayment(user, payment);
        const { body: callback } = await user.api.get<Callback>(`/v1/admin/callbacks/stripe:${id}`);
        const { outcome, payment_id, raw } = callback;
        return {
          payment: { status, credits },
          callback: { outcome, isOfPayment: payment_id === payment, isKept: raw?.includes(id) },
          account: told((await ledger().eventsOf(user.id)).slice(before)),
        };
      },
    );
    let known: Promise<CleanRun> | undefined;
    const clean = () => {
      known ??= runWarm(bought);
      return known;
    };
    test.each(['billing/callbacks', 'billing/on-callback', 'billing/relay', 'billing/project', 'credits/on-payment'])(
      '%s',
      (name) => strikeEveryCall(bought, name, clean()),
      60_000,
    );
  });

  describe('X11 I5 an automatic top-up', () => {
    let user: User;
    let bus: EventBridgeClient;
    beforeAll(async () => {
      user = await stack().signUp(lab);
      await payOnPage(stack(), user, { pack_id: 'pack-100', save_payment_method: true });
      await stack().settle();
      bus = new EventBridgeClient(stack().account.operatorConfig);
    });
    afterAll(() => bus.destroy());

    /** As credits' relay tells it. */
    const tell = async (topUpId: string): Promise<void> => {
      const ids = { id: derivedUuid(user.id, topUpId), correlationId: 'test', causationId: 'test' };
      const what = { type: 'TopUpRequested', schemaVersion: 1, version: 9, at: new Date().toISOString() };
      const data = { topUpId, packId: 'pack-300', available: 3 };
      const Detail = JSON.stringify({ ...ids, ...what, app: lab, user: user.id, data });
      const EventBusName = stack().account.model.ofType('AWS::Events::EventBus')[0]?.ref;
      const entry = { EventBusName, Source: 'tessera.credits', DetailType: what.type, Detail };
      await bus.send(new PutEventsCommand({ Entries: [entry] }));
    };
    const toppedUp = scenario(
      async () => ({ topUpId: `topup-${randomUUID()}`, before: (await ledger().eventsOf(user.id)).length }),
      async ({ topUpId }) => {
        await tell(topUpId);
        await stack().settle();
      },
      async ({ topUpId, before }) => {
        const payment = derivedId('pay', lab, user.id, 'top-up', topUpId);
        const { status, credits } = await readPayment(user, payment);
        const charges = stack()
          .payments.stripe(lab)
          .list('payment_intent')
          .filter(({ metadata }) => metadata.tessera_payment === payment);
        return {
          payment: { status, credits },
          charges: charges.map((charge) => charge.status),
          account: told((await ledger().eventsOf(user.id)).slice(before)),
        };
      },
    );
    const name = 'billing/on-top-up-requested';
    test(name, () => strikeEveryCall(toppedUp, name, runWarm(toppedUp), { asksOutside: true }), 60_000);
  });
};
