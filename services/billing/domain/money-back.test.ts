import { describe, expect, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import {
  captured,
  closeDispute,
  closed,
  disputed,
  failed,
  mismatched,
  openDispute,
  recordCapture,
  recordPending,
  refunded,
  refundOne,
  refundTotal,
  requested,
} from '../test/payment-words.ts';
import { payment } from './payment.ts';
import type { PaymentEvent } from './payment-events.ts';

const paid = (...events: readonly PaymentEvent[]) => given(payment, [requested(), captured('pi_1'), ...events]);
const wrong = (...events: readonly PaymentEvent[]) =>
  given(payment, [requested(), mismatched('amount', 'pi_0', 400), ...events]);

describe('X5 a refund', () => {
  test('takes the same part of the credits as of the money', () =>
    paid()
      .when(refundTotal(300))
      .then([refunded(300, 300, 150)]));
  test('told as a total counts only what is above the one before', () => {
    paid(refunded(300, 300, 150))
      .when(refundTotal(1000))
      .then([refunded(700, 1000, 350)]);
    paid(refunded(300, 300, 150))
      .when(refundTotal(300))
      .then([]);
    paid(refunded(300, 300, 150))
      .when(refundTotal(200))
      .then([]);
  });
  test('told by its id counts once', () => {
    const first = refunded(300, 300, 150, { refund: '77' });
    paid().when(refundOne('77', 300)).then([first]);
    paid(first).when(refundOne('77', 300)).then([]);
    paid(first)
      .when(refundOne('78', 300))
      .then([refunded(300, 600, 150, { refund: '78' })]);
  });
  test('gives back no more than was paid', () => {
    paid()
      .when(refundTotal(1001))
      .then([refunded(1000, 1000, 500)]);
    paid(refunded(900, 900, 450))
      .when(refundOne('78', 200))
      .then([refunded(100, 1000, 50, { refund: '78' })]);
    paid(refunded(1000, 1000, 500))
      .when(refundOne('78', 200))
      .then([]);
  });
  test('waits for the capture', () => {
    given(payment, [requested(), failed('declined')])
      .when(refundTotal(300))
      .thenRejected('payment-uncaptured');
    given(payment, [requested()]).when(refundOne('77', 300)).thenRejected('payment-uncaptured');
  });
  test('of a part that is worth no credit takes none, and the next one makes up for it', () => {
    const few = given(payment, [requested({ credits: 3 }), captured('pi_1')]);
    few.when(refundTotal(300)).then([refunded(300, 300, 0)]);
    given(payment, [requested({ credits: 3 }), captured('pi_1'), refunded(300, 300, 0)])
      .when(refundTotal(400))
      .then([refunded(100, 400, 1)]);
  });
  test('is remembered among the last 50', () => {
    const many = Array.from({ length: 60 }, (_, index) => refunded(1, index + 1, 0, { refund: `${index}` }));
    expect(
      paid(...many)
        .when(recordPending('pi_1'))
        .state(),
    ).toMatchObject({ refunds: { length: 50 } });
  });
});

describe('money that was not taken for the order', () => {
  test('takes no credits when it goes back', () => {
    wrong()
      .when(refundTotal(400))
      .then([refunded(400, 400, 0, { of: 'pi_0' })]);
    wrong()
      .when(refundTotal(1000))
      .then([refunded(400, 400, 0, { of: 'pi_0' })]);
    wrong(refunded(400, 400, 0, { of: 'pi_0' }))
      .when(refundTotal(400))
      .then([]);
  });
  test('I5 paid twice and given back once leaves the credits of the payment', () => {
    const twice = paid(mismatched('paid-twice', 'pi_2'));
    twice.when(refundTotal(1000, 'pi_2')).then([refunded(1000, 1000, 0, { of: 'pi_2' })]);
    twice.when(refundTotal(1000, 'pi_1')).then([refunded(1000, 1000, 500)]);
    twice.when(openDispute('dp_1', 1000, { reference: 'pi_2' })).then([disputed('dp_1', 1000, 0, 'pi_2')]);
    paid(mismatched('paid-twice', 'pi_2'), refunded(1000, 1000, 0, { of: 'pi_2' }))
      .when(refundTotal(300, 'pi_1'))
      .then([refunded(300, 300, 150)]);
  });
  test('that went back does not count for the right money that comes later', () => {
    const back = [refunded(400, 400, 0, { of: 'pi_0' }), disputed('dp_0', 400, 0, 'pi_0')];
    const late = wrong(...back).when(recordCapture('pi_1'));
    late.then([captured('pi_1')]);
    expect(late.state()).toMatchObject({ status: 'captured', refundedMinor: 0, clawedBack: 0 });
    wrong(...back, captured('pi_1'))
      .when(refundTotal(300))
      .then([refunded(300, 300, 150)]);
    wrong(...back, captured('pi_1'))
      .when(refundTotal(400, 'pi_0'))
      .then([]);
  });
  test('may be disputed, won and lost', () => {
    wrong()
      .when(openDispute('dp_0', 400))
      .then([disputed('dp_0', 400, 0, 'pi_0')]);
    const open = wrong(disputed('dp_0', 400, 0, 'pi_0'));
    open.when(closeDispute('dp_0', 'won', 400)).then([closed('dp_0', 'won', 0)]);
    open.when(closeDispute('dp_0', 'lost', 400)).then([closed('dp_0', 'lost', 0)]);
  });
});

describe('X5 a dispute', () => {
  test('takes its part of the credits while it is open, once', () => {
    paid()
      .when(openDispute('dp_1', 500))
      .then([disputed('dp_1', 500, 250)]);
    paid(disputed('dp_1', 500, 250))
      .when(openDispute('dp_1', 500))
      .then([]);
  });
  test('takes only what refunds left, and gives back only what it took', () => {
    const refund = refunded(300, 300, 150);
    paid(refund)
      .when(openDispute('dp_1', 1000))
      .then([disputed('dp_1', 1000, 350)]);
    paid(refund, disputed('dp_1', 1000, 350))
      .when(closeDispute('dp_1', 'won', 1000))
      .then([closed('dp_1', 'won', 350)]);
  });
  test('that is won gives back nothing of what was refunded meanwhile', () => {
    paid(disputed('dp_1', 1000, 500))
      .when(refundTotal(300))
      .then([refunded(300, 300, 0)]);
    paid(disputed('dp_1', 1000, 500), refunded(300, 300, 0))
      .when(closeDispute('dp_1', 'won', 1000))
      .then([closed('dp_1', 'won', 350)]);
  });
  test('that is lost gives back nothing', () =>
    paid(disputed('dp_1', 500, 250))
      .when(closeDispute('dp_1', 'lost', 500))
      .then([closed('dp_1', 'lost', 0)]));
  test('that is lost before it is heard of is opened and closed', () =>
    paid()
      .when(closeDispute('dp_1', 'lost', 500))
      .then([disputed('dp_1', 500, 250), closed('dp_1', 'lost', 0)]));
  test('that is won before it is heard of takes nothing, then or later', () => {
    paid()
      .when(closeDispute('dp_1', 'won', 500))
      .then([closed('dp_1', 'won', 0)]);
    paid(closed('dp_1', 'won', 0))
      .when(openDispute('dp_1', 500))
      .then([]);
  });
  test('is closed once', () => {
    paid(disputed('dp_1', 500, 250), closed('dp_1', 'won', 250))
      .when(closeDispute('dp_1', 'lost', 500))
      .then([]);
    paid(disputed('dp_1', 500, 250), closed('dp_1', 'lost', 0))
      .when(closeDispute('dp_1', 'won', 500))
      .then([]);
    paid(closed('dp_1', 'won', 0))
      .when(closeDispute('dp_1', 'lost', 500))
      .then([]);
  });
  test('waits for the capture', () => {
    given(payment, [requested()]).when(openDispute('dp_1', 500)).thenRejected('payment-uncaptured');
    given(payment, [requested()])
      .when(closeDispute('dp_1', 'won', 500))
      .thenRejected('payment-uncaptured');
  });
  test('above 20 of one payment is passed over', () => {
    const many = paid(...Array.from({ length: 20 }, (_, index) => closed(`dp_${index}`, 'won', 0)));
    many.when(openDispute('dp_20', 500)).then([]);
    many.when(closeDispute('dp_20', 'lost', 500)).then([]);
  });
});
