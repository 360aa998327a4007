import { describe, expect, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import { at, captured, later, refunded, requested } from '../test/payment-words.ts';
import { payment } from './payment.ts';
import type { PaymentCommand } from './payment-commands.ts';
import type { PaymentEvent } from './payment-events.ts';

const ask = (key: string, amountMinor?: number): PaymentCommand => ({
  type: 'AskRefund',
  at: later,
  key,
  ...(amountMinor === undefined ? {} : { amountMinor }),
});
const refuse = (key: string): PaymentCommand => ({ type: 'RefuseRefund', at, key });
const asked = (key: string, amountMinor: number): PaymentEvent => ({
  type: 'RefundAsked',
  key,
  amountMinor,
  askedAt: later,
});
const paid = (...events: readonly PaymentEvent[]) => given(payment, [requested(), captured('901'), ...events]);

describe('PP8 a refund that is asked for', () => {
  test('is asked for once by a key, whatever went back since', () => {
    paid()
      .when(ask('k1', 300))
      .then([asked('k1', 300)]);
    paid(asked('k1', 300)).when(ask('k1', 300)).then([]);
    paid(asked('k1', 1000), refunded(1000, 1000, 500))
      .when(ask('k1'))
      .then([]);
  });
  test('without an amount is of all that is left', () =>
    paid(refunded(300, 300, 150))
      .when(ask('k1'))
      .then([asked('k1', 700)]));
  test('is of one amount by a key', () => paid(asked('k1', 300)).when(ask('k1', 301)).thenRejected('refund-differs'));
  test('is of no more than is left, and of money that came', () => {
    paid(refunded(300, 300, 150))
      .when(ask('k1', 701))
      .thenRejected('refund-exceeds');
    paid(refunded(1000, 1000, 500))
      .when(ask('k1'))
      .thenRejected('refund-exceeds');
    given(payment, [requested()]).when(ask('k1', 1)).thenRejected('refund-exceeds');
  });
  test('and refused may be asked for again', () => {
    paid(asked('k1', 300))
      .when(refuse('k1'))
      .then([{ type: 'RefundRefused', key: 'k1' }]);
    paid(asked('k1', 300), { type: 'RefundRefused', key: 'k1' })
      .when(ask('k1', 200))
      .then([asked('k1', 200)]);
    paid().when(refuse('k1')).then([]);
  });
  test('is remembered among the last 20', () => {
    const many = Array.from({ length: 25 }, (_, index) => asked(`k${index}`, 1));
    expect(
      paid(...many)
        .when(ask('k24'))
        .state(),
    ).toMatchObject({ refundsAsked: { length: 20 } });
  });
});
