import { expect, test } from '@jest/globals';
import { fold } from '#shared/eventsourcing/decider.ts';
import { payment } from './domain/payment.ts';
import type { PaymentEvent } from './domain/payment-events.ts';
import { adminPaymentView, paymentView } from './payment-view.ts';
import {
  actionRequired,
  at,
  captured,
  closed,
  disputed,
  expired,
  failed,
  later,
  mismatched,
  pending,
  refunded,
  requested,
} from './test/payment-words.ts';

const stateOf = (...events: readonly PaymentEvent[]) => {
  const state = fold(payment, events);
  if (state.status === 'unknown') throw new Error('nothing was asked for');
  return state;
};
const page: PaymentEvent = { type: 'CheckoutOpened', session: 'cs_1', url: 'https://pay.example/1', expiresAt: later };
const intent: PaymentEvent = { type: 'CheckoutOpened', session: 'pi_1' };
const open = 'https://pay.example/1';

test.each<[string, string, string | null, readonly PaymentEvent[]]>([
  ['asked for', 'requested', open, [page]],
  ['asked for by an intent', 'requested', null, [intent]],
  ['on its way', 'pending', null, [page, pending('pi_1')]],
  ['waiting for the user', 'action_required', open, [actionRequired('cs_2')]],
  ['declined, and its page still open', 'failed', open, [page, failed('card_declined')]],
  ['not paid in time', 'expired', null, [page, expired]],
  ['paid', 'paid', null, [page, captured('pi_1')]],
  ['of the wrong amount', 'mismatched', null, [mismatched('amount', 'pi_1', 900)]],
  ['given back in part', 'partially_refunded', null, [captured('pi_1'), refunded(300, 300, 150)]],
  ['given back', 'refunded', null, [captured('pi_1'), refunded(1_000, 1_000, 500)]],
  ['disputed', 'disputed', null, [captured('pi_1'), disputed('dp_1', 1_000, 500)]],
  ['lost to a dispute', 'disputed', null, [captured('pi_1'), disputed('dp_1', 1_000, 500), closed('dp_1', 'lost', 0)]],
  ['won back', 'paid', null, [captured('pi_1'), disputed('dp_1', 1_000, 500), closed('dp_1', 'won', 500)]],
  ['paid, and other money disputed', 'paid', null, [captured('pi_1'), disputed('dp_1', 900, 0, 'pi_2')]],
])('SP6 a payment %s is shown as %s', (_, status, action_url, events) => {
  expect(paymentView('pay_1', stateOf(requested(), ...events), at)).toMatchObject({ status, action_url });
});

test('SP6 a page whose time is over is no place to go on', () => {
  for (const event of [page, actionRequired('cs_2')])
    expect(paymentView('pay_1', stateOf(requested(), event), later)).toMatchObject({
      status: 'expired',
      action_url: null,
    });
});

test('X11 a top-up says that it was automatic, and why it failed; an admin sees whose it is', () => {
  const state = stateOf(requested({ via: 'top-up', topUpId: 'topup-1' }), failed('card_declined'));
  expect(adminPaymentView({ id: 'pay_1', user: 'u' }, state, at)).toMatchObject({
    automatic: true,
    failure: 'card_declined',
    user: 'u',
    provider_reference: null,
  });
});
