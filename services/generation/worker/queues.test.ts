import { describe, expect, test } from '@jest/globals';
import { at, check, inWords, message, never, told, world } from '../test/job-world.ts';
import { owner, silent } from '../test/memory.ts';
import { type ConsumeFollowDeps, consumeFollow } from './consume-follow.ts';
import { consumeJob } from './consume-job.ts';
import { failDeadJob } from './fail-dead-job.ts';
import { type FollowMessage, followMessage, lookAfterSeconds } from './follow-message.ts';
import { backoffSeconds, groupOf } from './job-message.ts';

const delivery = (receiveCount = 2) => ({
  messageId: 'm-1',
  receiptHandle: 'r-1',
  attributes: { ApproximateReceiveCount: `${receiveCount}` },
});
const paused = () => {
  const pauses: [string, number][] = [];
  return { pauses, retryLater: async (handle: string, seconds: number) => void pauses.push([handle, seconds]) };
};

describe('PP6 the queue of jobs', () => {
  const consume = (run: Parameters<typeof consumeJob>[0]['run']) => {
    const { pauses, retryLater } = paused();
    const time = { signal: never, leaseSeconds: 70 };
    return { pauses, result: consumeJob({ run, retryLater, logger: silent })(message, delivery(), time) };
  };

  test('keeps a message that must come again, for the pause it needs', async () => {
    const { pauses, result } = consume(async () => ({ status: 'retry', afterSeconds: 7 }));
    await expect(result).rejects.toThrow(/again in 7 s/);
    expect(pauses).toEqual([
      ['r-1', 70],
      ['r-1', 7],
    ]);
  });

  test('keeps a message whose run broke, for a pause', async () => {
    const { pauses, result } = consume(() => Promise.reject(new Error('table away')));
    await expect(result).rejects.toThrow('table away');
    expect(pauses).toEqual([
      ['r-1', 70],
      ['r-1', expect.any(Number)],
    ]);
  });

  test('lets go of a message that is done with, and tells the run which delivery it is', async () => {
    const claims: unknown[] = [];
    const { pauses, result } = consume(async (_, by) => {
      claims.push(by);
      return { status: 'done' };
    });
    await result;
    expect({ pauses, claims }).toEqual({ pauses: [['r-1', 70]], claims: [{ messageId: 'm-1', receiveCount: 2 }] });
  });

  test('I9 a message that it gave up on fails its job, once', async () => {
    const { handleJob, types, job } = await world(['sandbox-1'], inWords());
    const fail = failDeadJob({ handleJob, logger: silent, now: () => new Date(at) });
    await fail(message);
    await fail(message);
    expect(await types()).toEqual(['JobRequested', 'JobFailed']);
    expect(await job()).toMatchObject({ status: 'failed', reason: 'failed' });
  });

  test('pauses grow, spread and stay below a minute', () => {
    expect([1, 2, 3, 20].map((tries) => backoffSeconds(tries, () => 0))).toEqual([1, 1, 1, 1]);
    expect([1, 2, 3, 20].map((tries) => backoffSeconds(tries, () => 0.999))).toEqual([2, 4, 8, 60]);
  });

  test('X6 every owner is a group of their own, however long their name', () => {
    const long = { app: 'sparky', user: 'x'.repeat(128) };
    expect(groupOf(owner)).toBe('sparky#user-1');
    expect(groupOf(long)).toMatch(/^[0-9a-f]{64}$/);
    expect(groupOf(long)).not.toBe(groupOf({ app: 'sparky', user: 'y'.repeat(128) }));
  });
});

describe('BM6 the queue of looks', () => {
  const away = () => Promise.reject(new Error('table away'));
  const consume = async (message: FollowMessage, receiveCount: number, change: Partial<ConsumeFollowDeps> = {}) => {
    const { pauses, retryLater } = paused();
    const sent: [FollowMessage, number][] = [];
    const send = async (next: FollowMessage, seconds: number) => void sent.push([next, seconds]);
    const deps = { follow: away, send, retryLater, logger: silent, ...change };
    const end = consumeFollow(deps)(message, delivery(receiveCount), { signal: never, leaseSeconds: 70 }).then(
      () => 'done',
      () => 'comes again',
    );
    return { end: await end, pauses, sent };
  };

  test('lets go of a look that was taken', async () =>
    expect(await consume(check(), 1, { follow: async () => {} })).toEqual({
      end: 'done',
      pauses: [['r-1', 70]],
      sent: [],
    }));

  test('keeps one that broke, for a pause', async () =>
    expect(await consume(check(), 1)).toEqual({
      end: 'comes again',
      pauses: [
        ['r-1', 70],
        ['r-1', expect.any(Number)],
      ],
      sent: [],
    }));

  test('I9 hands the last try over to a new look, so that no task is lost sight of', async () => {
    const { end, sent } = await consume(check('t-1', 7), 4);
    expect({ end, sent }).toEqual({ end: 'done', sent: [[check('t-1', 8), expect.any(Number)]] });
    expect(sent[0]?.[1]).toBeGreaterThan(20);
  });

  test('keeps it when even that breaks', async () =>
    expect(await consume(check(), 4, { send: away })).toMatchObject({ end: 'comes again' }));

  test('gives up one that was tried for hours, and what was told, for its looks go on', async () => {
    expect(await consume(check('t-1', 200), 5)).toMatchObject({ end: 'comes again', sent: [] });
    expect(await consume(told(), 5)).toMatchObject({ end: 'done', sent: [] });
  });

  test('pauses grow from two seconds to a minute, and spread', () => {
    expect([0, 1, 2, 5, 10, 99].map((tries) => lookAfterSeconds(tries, () => 0.5))).toEqual([2, 3, 4, 11, 58, 60]);
    expect([0, 99].map((tries) => lookAfterSeconds(tries, () => 0))).toEqual([2, 48]);
    expect([0, 99].map((tries) => lookAfterSeconds(tries, () => 0.999))).toEqual([2, 72]);
  });

  test('takes the messages that are sent, and no others', () => {
    for (const one of [check(), told()]) expect(followMessage.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
    expect(followMessage.safeParse({ ...check(), tries: -1 }).success).toBe(false);
    expect(followMessage.safeParse({ ...check(), kind: 'start' }).success).toBe(false);
    expect(followMessage.safeParse({ ...told(), outputs: [] }).success).toBe(false);
  });
});
