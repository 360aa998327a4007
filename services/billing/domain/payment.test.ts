import { describe, expect, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import {
  actionRequired,
  at,
  captured,
  expired,
  expiryOf,
  failed,
  later,
  mismatched,
  openCheckout,
  opened,
  order,
  pending,
  recordCapture,
  recordExpiry,
  recordFailure,
  recordPending,
  refundTotal,
  requested,
  requestPayment,
  requireAction,
} from '../test/payment-words.ts';
import { payment } from './payment.ts';
import type { PaymentEvent } from './payment-events.ts';

const asked = (...events: readonly PaymentEvent[]) => given(payment, [requested(), ...events]);

describe('asking for a payment', () => {
  test('fixes what is to be paid and what it gives', () =>
    given(payment, []).when(requestPayment()).then([requested()]));
  test('keeps a top-up and a prepaid period', () => {
    const changes = { topUpId: 'topup-202611-1', period: { interval: 'month', maxRollover: 40 } } as const;
    given(payment, [])
      .when(requestPayment(changes))
      .then([requested(changes)]);
  });
  test('for the same order again does nothing, though the catalog names it otherwise by now', () =>
    asked(captured('pi_1'))
      .when(requestPayment({ name: 'Five hundred' }))
      .then([]));
  test.each([
    { provider: 'paymob' },
    { purpose: 'plan' },
    { item: 'pack-20' },
    { amountMinor: 999 },
    { currency: 'USD' },
    { credits: 501 },
    { via: 'intent' },
    { topUpId: 'topup-202611-1' },
    { period: { interval: 'month', maxRollover: 0 } },
  ] as const)('for another order by the same id is refused: %j', (changes) =>
    asked().when(requestPayment(changes)).thenRejected('order-differs'),
  );
  test.each([
    openCheckout('cs_1'),
    recordPending('pi_1'),
    requireAction('cs_1'),
    recordFailure('declined'),
    recordExpiry,
    recordCapture('pi_1'),
    refundTotal(100),
    { type: 'OpenDispute', at, dispute: 'dp_1', amountMinor: 1, reason: '' },
    { type: 'CloseDispute', at, dispute: 'dp_1', outcome: 'lost', amountMinor: 1, reason: '' },
  ] as const)('comes before everything else: $type', (command) =>
    given(payment, []).when(command).thenRejected('payment-unknown'),
  );
});

describe('BM10 a page to pay on', () => {
  test('is remembered with its address and end', () => {
    const page = { session: 'cs_1', url: 'https://pay.example/1', expiresAt: later };
    asked()
      .when({ type: 'OpenCheckout', at, page })
      .then([{ type: 'CheckoutOpened', ...page }]);
  });
  test('is opened once', () => asked(opened('cs_1')).when(openCheckout('cs_1')).then([]));
  test('is replaced by a newer one, which may expire as the first did', () => {
    const second = asked(opened('cs_1'), expired).when(openCheckout('cs_2'));
    second.then([opened('cs_2')]);
    expect(second.state()).toMatchObject({ status: 'requested', page: { session: 'cs_2' } });
  });
  test('is not needed when it is paid', () => asked(captured('pi_1')).when(openCheckout('cs_2')).then([]));
});

describe('what is told on the way', () => {
  const waiting = [[], [failed('declined')], [expired], [actionRequired('cs_1')]];
  test.each(waiting)('money may be on its way %#', (...events) =>
    asked(...events)
      .when(recordPending('pi_1'))
      .then([pending('pi_1')]),
  );
  test.each(waiting)('X11 the bank may want the user to confirm %#', (...events) =>
    asked(...events)
      .when(requireAction('cs_2'))
      .then([actionRequired('cs_2')]),
  );
  test.each([[captured('pi_1')], [pending('pi_1')], [mismatched('amount', 'pi_1', 1)]])(
    'is of no interest once money came or is on its way %#',
    (...events) => {
      asked(...events)
        .when(recordPending('pi_2'))
        .then([]);
      asked(...events)
        .when(requireAction('cs_2'))
        .then([]);
      asked(...events)
        .when(recordExpiry)
        .then([]);
    },
  );
  test('X11 one page to confirm on is told of once, also behind its failure', () => {
    asked(actionRequired('cs_1')).when(requireAction('cs_1')).then([]);
    asked(actionRequired('cs_1'), failed('declined')).when(requireAction('cs_1')).then([]);
  });
  test('X11 the page opened for it may turn out to be one to confirm on', () =>
    asked(opened('cs_1'))
      .when(requireAction('cs_1'))
      .then([actionRequired('cs_1')]));
  test.each([[opened('cs_1')], [actionRequired('cs_1')], [opened('cs_1'), failed('declined')]])(
    'a page not used in time expires, once %#',
    (...events) => {
      asked(...events)
        .when(recordExpiry)
        .then([expired]);
      asked(...events, expired)
        .when(recordExpiry)
        .then([]);
    },
  );
});

test('X11 the end of a page says nothing of a payment that has another one, or none', () => {
  for (const events of [[], [opened('cs_2')], [opened('cs_1'), opened('cs_2')]])
    asked(...events)
      .when(expiryOf('cs_1'))
      .then([]);
});

describe('a failed attempt', () => {
  const declined = failed('declined', { reference: 'ch_1' });
  test('X11 is recorded with when the next one comes', () =>
    asked()
      .when(recordFailure('declined', { reference: 'ch_1', nextAttemptAt: later }))
      .then([failed('declined', { reference: 'ch_1', nextAttemptAt: later })]));
  test('counts also when the page expired or the money was on its way', () => {
    asked(expired)
      .when(recordFailure('declined'))
      .then([failed('declined')]);
    asked(pending('pi_1'))
      .when(recordFailure('declined'))
      .then([failed('declined')]);
  });
  test('is told of once, whatever came behind it', () =>
    asked(declined, failed('expired_card', { reference: 'ch_2' }), pending('pi_1'))
      .when(recordFailure('declined', { reference: 'ch_1' }))
      .then([]));
  test('of another reason or reference is another one', () => {
    asked(declined)
      .when(recordFailure('lost_card', { reference: 'ch_1' }))
      .then([failed('lost_card', { reference: 'ch_1' })]);
    asked(declined)
      .when(recordFailure('declined', { reference: 'ch_2' }))
      .then([failed('declined', { reference: 'ch_2' })]);
  });
  test('without a reference is the same while nothing else happened', () => {
    asked(failed('declined')).when(recordFailure('declined')).then([]);
    asked(failed('declined'), pending('pi_1'))
      .when(recordFailure('declined'))
      .then([failed('declined')]);
  });
  test('is of no interest once money came', () => {
    asked(captured('pi_1')).when(recordFailure('declined')).then([]);
    asked(mismatched('amount', 'pi_1', 1))
      .when(recordFailure('declined'))
      .then([]);
  });
  test('is remembered among the last 20', () => {
    const many = Array.from({ length: 25 }, (_, index) => failed('declined', { reference: `ch_${index}` }));
    expect(
      asked(...many)
        .when(recordPending('pi_1'))
        .state(),
    ).toMatchObject({ failures: { length: 20 } });
    asked(...many)
      .when(recordFailure('declined', { reference: 'ch_24' }))
      .then([]);
  });
});

describe('FS8 captured money', () => {
  test.each([
    [],
    [pending('pi_1')],
    [failed('declined', { reference: 'ch_1' })],
    [expired],
    [actionRequired('cs_1')],
    [mismatched('amount', 'pi_0', 999)],
  ])('SP6 counts whatever was told before %#', (...events) => {
    const capturing = asked(...events).when(recordCapture('pi_1', { receiptUrl: 'https://receipts.example/1' }));
    capturing.then([
      { type: 'PaymentCaptured', reference: 'pi_1', receiptUrl: 'https://receipts.example/1', capturedAt: at },
    ]);
    expect(capturing.state()).toMatchObject({ status: 'captured', reference: 'pi_1', capturedAt: at });
    expect(capturing.state()).not.toHaveProperty('page');
  });
  test('I5 counts once, however often and by whichever event it is told', () =>
    asked(captured('pi_1'))
      .when(recordCapture('pi_1', { at: later }))
      .then([]));
  test('that came twice is captured once, and people look at the second', () => {
    const again = asked(captured('pi_1')).when(recordCapture('pi_2'));
    again.then([mismatched('paid-twice', 'pi_2')]);
    expect(again.state()).toMatchObject({ status: 'captured', reference: 'pi_1' });
    asked(captured('pi_1'), mismatched('paid-twice', 'pi_2')).when(recordCapture('pi_2')).then([]);
  });
  test.each([
    ['amount', 999, 'EGP'],
    ['amount', 1001, 'EGP'],
    ['amount', 0, 'EGP'],
    ['currency', 1000, 'USD'],
    ['currency', 10, 'KWD'],
  ] as const)('of another %s is recorded and not granted: %d %s', (why, amountMinor, currency) => {
    const capturing = asked(pending('pi_1')).when(recordCapture('pi_1', { amountMinor, currency }));
    capturing.then([mismatched(why, 'pi_1', amountMinor, currency)]);
    expect(capturing.state()).toMatchObject({ status: 'mismatched' });
    expect(capturing.state()).not.toHaveProperty('capturedAt');
  });
  test('that does not match is told of once for each time it came', () => {
    const wrong = mismatched('amount', 'pi_1', 999);
    asked(wrong)
      .when(recordCapture('pi_1', { amountMinor: 999 }))
      .then([]);
    asked(wrong)
      .when(recordCapture('pi_2', { amountMinor: 999 }))
      .then([mismatched('amount', 'pi_2', 999)]);
  });
  test('that does not match is remembered among the last 20', () => {
    const many = Array.from({ length: 25 }, (_, index) => mismatched('amount', `pi_${index}`, 1));
    expect(
      asked(...many)
        .when(recordPending('pi_1'))
        .state(),
    ).toMatchObject({ mismatches: { length: 20 } });
  });
});

test('an event of a payment that nobody asked for is a fault, and no state', () =>
  expect(() => given(payment, [captured('pi_1')])).toThrow('PaymentCaptured'));

test('an order is kept as it was asked for', () =>
  expect(asked().when(recordPending('pi_1')).state()).toMatchObject({ ...order(), requestedAt: at }));
