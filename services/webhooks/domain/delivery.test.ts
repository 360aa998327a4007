import { describe, expect, test } from '@jest/globals';
import { at, deliveryOf, endpointOf, later, succeeded } from '../test/samples.ts';
import { pauseMs, readRetryAfter } from './back-off.ts';
import { afterAttempt, deliveryId, newDelivery, onWakeUp } from './delivery.ts';
import { pingMessage } from './message.ts';

describe('X9 the pause after a failure', () => {
  test('is longer each time, about 5 s to 8 h', () => {
    const pauses = Array.from({ length: 11 }, (_, i) => pauseMs({ failures: i + 1, random: 0.5 }) / 1_000);
    expect(pauses).toEqual([5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800]);
  });
  test('differs by up to a fifth', () => {
    expect([0, 1].map((random) => pauseMs({ failures: 2, random }))).toEqual([24_000, 36_000]);
  });
  test('is as long as the receiver asks for, up to an hour, and never shorter than ours', () => {
    const paused = (failures: number, retryAfterSeconds: number) =>
      pauseMs({ failures, retryAfterSeconds, random: 0.5 });
    expect([paused(1, 60), paused(1, 86_400), paused(7, 1)]).toEqual([60_000, 3_600_000, 7_200_000]);
  });
  test.each([
    ['120', 120],
    [' 0 ', 0],
    ['Fri, 20 Nov 2026 10:01:00 GMT', 60],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
    ['-5', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('Retry-After %p is %p', (header, seconds) => {
    expect(readRetryAfter(header, new Date(at))).toBe(seconds);
  });
});

describe('X9 a delivery’s id', () => {
  const { id } = endpointOf();
  test('is the event’s and the endpoint’s own', () => {
    expect(deliveryId({ id: 'e1', at }, id)).toBe(deliveryId({ id: 'e1', at }, id));
    expect(deliveryId({ id: 'e1', at }, id)).not.toBe(deliveryId({ id: 'e2', at }, id));
    expect(deliveryId({ id: 'e1', at }, id)).not.toBe(deliveryId({ id: 'e1', at }, endpointOf().id));
    expect(deliveryId({ id: 'e1', at }, id)).toMatch(
      /^dlv_[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
  test('sorts as events came', () => {
    const ids = [0, 0.001, 1, 3_600, 1e9].map((seconds) => deliveryId({ id: 'e1', at: later(seconds) }, id));
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe('X9 a wake-up', () => {
  const pending = deliveryOf();
  const find = (more: Parameters<typeof deliveryOf>[1], attempt: number, now = at) =>
    onWakeUp({ ...pending, ...more }, attempt, new Date(now));
  test('of what is due makes an attempt, of what is not waits', () => {
    expect(find({}, 0)).toEqual({ act: 'try' });
    expect(find({ dueAt: later(30), attempt: 1 }, 1)).toEqual({ act: 'wait', ms: 30_000 });
  });
  test('of what is over does nothing', () => {
    expect(find({ status: 'delivered', attempt: 1 }, 1)).toEqual({ act: 'nothing' });
    expect(find({ status: 'failed', attempt: 1 }, 0)).toEqual({ act: 'nothing' });
  });
  test('left over from an attempt whose outcome is known does nothing: another is on its way', () => {
    expect(find({ attempt: 2, dueAt: at }, 1)).toEqual({ act: 'nothing' });
  });
  test('during an attempt looks again in a moment, and tries when its lease is over', () => {
    const claimed = { attempt: 2, leaseUntil: later(30) };
    for (const attempt of [1, 2]) {
      expect(find(claimed, attempt)).toEqual({ act: 'wait', ms: 5_000 });
      expect(find(claimed, attempt, later(28))).toEqual({ act: 'wait', ms: 2_000 });
      expect(find(claimed, attempt, later(31))).toEqual({ act: 'try' });
    }
  });
});

describe('X9 after an attempt', () => {
  const ok = { attempt: { at, httpStatus: 200, durationMs: 12 } };
  const bad = { attempt: { at, httpStatus: 500, error: 'answered 500', durationMs: 12 } };
  const progressOf = (more: Parameters<typeof deliveryOf>[1], outcome: Parameters<typeof afterAttempt>[1], now = at) =>
    afterAttempt(deliveryOf(endpointOf(), more), outcome, new Date(now), 0.5);
  test('that was answered by success, it is delivered', () => {
    expect(progressOf({ failures: 3 }, ok)).toEqual({ status: 'delivered', failures: 0, attempts: [ok.attempt] });
  });
  test('that failed, it is due again later', () => {
    expect(progressOf({}, bad)).toEqual({ status: 'pending', failures: 1, attempts: [bad.attempt], dueAt: later(5) });
    expect(progressOf({}, { ...bad, retryAfterSeconds: 90 })).toMatchObject({ dueAt: later(90) });
  });
  test('that failed a day after the event, or for good, it has failed', () => {
    expect(progressOf({ failures: 9 }, bad, later(20 * 3_600))).toMatchObject({ status: 'failed', failures: 10 });
    expect(progressOf({}, { ...bad, final: true })).toEqual({ status: 'failed', failures: 1, attempts: [bad.attempt] });
  });
  test('a ping has failed at once', () => {
    const { app, id } = endpointOf();
    const event = { id: 'e1', at };
    const ping = newDelivery({ app, endpoint: id, event, message: pingMessage(app, id, at), now: at });
    expect(afterAttempt(ping, bad, new Date(at), 0.5)).toMatchObject({ status: 'failed' });
  });
  test('the last twenty attempts are kept', () => {
    const many = Array.from({ length: 20 }, (_, durationMs) => ({ at, durationMs }));
    const { attempts } = progressOf({ attempts: many, event: succeeded() }, bad);
    expect([attempts.length, attempts[0]?.durationMs, attempts.at(-1)]).toEqual([20, 1, bad.attempt]);
  });
});
