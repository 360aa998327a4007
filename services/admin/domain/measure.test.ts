import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { event, samples, someEvents } from '../test/events.ts';
import {
  type CountedEvent,
  countedEvent,
  countedTypes,
  isActivity,
  maxCountersPerEvent,
  measure,
  sum,
} from './measure.ts';
import { report } from './report.ts';

const measured = (type: CountedEvent['type'], data = samples[type]) => measure(event(type, data, { id: 'e' }));

describe('FS9 PP13 what an event adds', () => {
  test.each<[CountedEvent['type'], object]>([
    ['JobRequested', { 'job/requested/photo-filter': 1 }],
    ['JobSucceeded', { 'job/completed/photo-filter': 1 }],
    ['JobFailed', { 'job/failed/photo-filter': 1, 'failure/blocked': 1 }],
    ['JobCancelled', { 'job/cancelled/photo-filter': 1 }],
    ['CreditsGranted', { 'credits/granted/pack': 20 }],
    ['HoldSettled', { 'credits/spent': 2 }],
    ['HoldReleased', { 'credits/released': 2 }],
    ['GrantsExpired', { 'credits/expired': 3 }],
    ['CreditsAdjusted', { 'credits/taken': 4 }],
    ['GrantRevoked', { 'credits/revoked/refund': 20 }],
    ['GrantReinstated', { 'credits/reinstated': 20 }],
    ['AccountClosed', { 'credits/forfeited': 7 }],
    ['PaymentCaptured', { 'payment/USD': 1, 'money/captured/USD': 499 }],
    ['PaymentMismatched', { 'money/mismatched/EUR': 100 }],
    ['PaymentRefunded', { 'money/refunded/USD': 200 }],
    ['DisputeOpened', { 'money/disputed/USD': 499 }],
    ['DisputeWon', { 'money/won/USD': 499 }],
    ['UserRegistered', { 'user/new': 1 }],
    ['UserDeleted', { 'user/left': 1 }],
  ])('%s', (type, amounts) => {
    expect(measured(type)).toEqual(amounts);
  });
  test('credits that were given by hand, and nothing at all', () => {
    expect(measured('CreditsAdjusted', { ...samples.CreditsAdjusted, credits: 4 })).toEqual({ 'credits/given': 4 });
    expect(measured('HoldSettled', { ...samples.HoldSettled, credits: 0 })).toEqual({});
  });
  test('credits that came back for a completed job, and those that a user brought along', () => {
    const back = { ...samples.CreditsAdjusted, credits: 2, jobId: 'gen_1' };
    expect(measured('CreditsAdjusted', back)).toEqual({ 'credits/refunded': 2 });
    expect(measured('CreditsGranted', { ...samples.CreditsGranted, imported: true })).toEqual({
      'credits/imported': 20,
    });
  });
  test('a leaving is counted once, though it is told twice', () => {
    expect(measured('UserDeleted', { pass: 2 })).toEqual({});
  });
  test('no event adds to more counters than a write has room for', () => {
    for (const type of Object.keys(samples) as CountedEvent['type'][])
      expect(Object.keys(measured(type)).length).toBeLessThanOrEqual(maxCountersPerEvent);
  });
});

test('every kind that is understood is listened to, and no other', () => {
  const understood = countedEvent.options.map(({ shape }) => shape.type.value);
  expect(Object.values(countedTypes).flat().toSorted()).toEqual(understood.toSorted());
});

test('who asks for a job or signs up is active; who is charged, paid back or removed is not', () => {
  const active = (Object.keys(samples) as CountedEvent['type'][]).filter((type) =>
    isActivity(event(type, samples[type], { id: 'e' })),
  );
  expect(active).toEqual(['JobRequested', 'UserRegistered']);
});

test('the report of several days is the report of their sum, in any order', () => {
  fc.assert(
    fc.property(someEvents(40), fc.integer({ min: 0, max: 40 }), (events, at) => {
      const plain = (amounts: Parameters<typeof report>[0]) => {
        const { credits, ...rest } = report(amounts);
        return { ...rest, spent: credits('spent'), given: credits('given'), taken: credits('taken') };
      };
      const amounts = events.map(measure);
      const days = [sum(amounts.slice(at)), sum(amounts.slice(0, at))];
      expect(plain(days)).toEqual(plain(amounts));
      const requested = events.filter(({ type }) => type === 'JobRequested').length;
      expect(plain(days).jobs.requested).toBe(requested);
    }),
  );
});

test('revenue by currency: what is missing is nothing', () => {
  const { revenue, tools } = report([
    { 'money/captured/EGP': 100, 'payment/EGP': 2, 'money/refunded/USD': 30 },
    { 'job/failed/song': 2, 'job/requested/poem': 1 },
  ]);
  const none = { payments: 0, captured: 0, mismatched: 0, refunded: 0, disputed: 0, won: 0 };
  expect(revenue).toEqual([
    { ...none, currency: 'EGP', payments: 2, captured: 100 },
    { ...none, currency: 'USD', refunded: 30 },
  ]);
  expect(tools).toEqual([
    { tool: 'poem', requested: 1, completed: 0, failed: 0, cancelled: 0 },
    { tool: 'song', requested: 0, completed: 0, failed: 2, cancelled: 0 },
  ]);
});
