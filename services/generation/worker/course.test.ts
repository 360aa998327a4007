import { describe, expect, test } from '@jest/globals';
import { isOver } from '../domain/job.ts';
import type { Provider, TaskState } from '../providers/provider.ts';
import { engine } from '../test/engine.ts';
import { inWords, on } from '../test/job-world.ts';
import { owner, testTool } from '../test/memory.ts';
import { failing, finished, setUp } from '../test/providers.ts';

const hourMs = 3_600_000;
const deadlineSeconds = 300;
const tool = (...choices: Parameters<typeof on>) =>
  testTool({ ...inWords(on(...choices)), deadline_seconds: deadlineSeconds });

/** Answers at once, but for this long from now on. */
const downFor = (name: string, ms: number, now: () => number): Provider => {
  const began = now();
  return {
    name,
    start: async () => {
      if (now() < began + ms) throw failing('transient');
      return finished();
    },
  };
};
/** Takes every task, and is done with it, in this way, after some time. */
const slow = (ms: number, now: () => number, end: TaskState = finished()) => {
  const tasks = new Map<string, number>();
  const stopped: string[] = [];
  const provider: Provider = {
    name: 'slow',
    start: async ({ jobId, attempt }) => {
      const taskId = `${jobId}-${attempt}`;
      tasks.set(taskId, now());
      return { status: 'submitted', taskId };
    },
    tasks: {
      check: async ({ taskId }) => {
        const part = (now() - (tasks.get(taskId) ?? 0)) / ms;
        return part >= 1 ? end : { status: 'running', progress: part * 100 };
      },
      readWebhook: async () => undefined,
      cancel: async ({ taskId }) => stopped.push(taskId) > 0,
    },
  };
  return { provider, stopped, tasks };
};
const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type);

describe('X6 I9 a provider that is down for an hour', () => {
  test('jobs of then fail within their deadline and cost nothing, those of later complete', async () => {
    let clock = () => 0;
    const here = engine({ tool: tool(['only', 'a']), providersOf: async () => ({ only: provider }) });
    clock = here.now;
    const provider = downFor('only', hourMs, () => clock());
    const during: Awaited<ReturnType<typeof here.request>>[] = [];
    for (let minute = 0; minute < 60; minute += 12) {
      during.push(await here.request(`during-${minute}`));
      await here.drain(here.startedAt + (minute + 12) * 60_000);
    }
    await here.drain(here.startedAt + hourMs);
    const after = await here.request('after');
    await here.drain();
    for (const id of during) {
      expect(await here.job(id)).toMatchObject({ status: 'failed', reason: 'failed', attempts: 3 });
      expect(await here.secondsOf(id)).toBeLessThan(deadlineSeconds);
    }
    expect(await here.job(after)).toMatchObject({ status: 'completed' });
  });

  test('NB5 is nobody’s trouble where another stands behind it', async () => {
    const here = engine({
      tool: tool(['only', 'a'], ['other', 'b']),
      providersOf: async () => ({ only: provider, other: downFor('other', 0, () => here.now()) }),
    });
    const provider = downFor('only', hourMs, () => here.now());
    const id = await here.request('one');
    await here.drain();
    expect(await here.job(id)).toMatchObject({ status: 'completed', provider: 'other', attempts: 2 });
    expect(await here.secondsOf(id)).toBeLessThan(5);
  });
});

describe('BM6 I9 a task', () => {
  const withSlow = (
    ms: number,
    more: { end?: TaskState; isTwice?: boolean; isAway?: (now: number) => boolean } = {},
  ) => {
    let clock = () => 0;
    const { provider, stopped, tasks } = slow(ms, () => clock(), more.end);
    const here = engine({ tool: tool(['slow', 'a']), providersOf: setUp(provider), ...more });
    clock = here.now;
    return { ...here, stopped, tasks };
  };

  test('NB8 is followed to its end, and its progress never goes back', async () => {
    const here = withSlow(90_000);
    const id = await here.request('one');
    await here.drain();
    const events = await here.events(id);
    expect(typesOf(events).slice(0, 3)).toEqual(['JobRequested', 'JobStarted', 'JobSubmitted']);
    const progress = events.flatMap((event) => (event.type === 'JobProgressed' ? [event.progress] : []));
    expect(progress.length).toBeGreaterThan(2);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(await here.job(id)).toMatchObject({ status: 'completed', attempts: 1, cost: 4 });
    expect(await here.secondsOf(id)).toBeLessThan(90 + 75);
  });

  test('of which everything is told twice is one task, one result', async () => {
    const here = withSlow(30_000, { isTwice: true });
    const id = await here.request('one');
    await here.drain();
    const types = typesOf(await here.events(id));
    for (const type of ['JobStarted', 'JobSubmitted', 'JobSucceeded'])
      expect([type, types.filter((one) => one === type).length]).toEqual([type, 1]);
    expect(here.tasks.size).toBe(1);
  });

  test('that fails is begun anew, three times at most, and then the job fails', async () => {
    const here = withSlow(5_000, { end: { status: 'failed', error: failing('transient') } });
    const id = await here.request('one');
    await here.drain();
    expect(await here.job(id)).toMatchObject({ status: 'failed', attempts: 3 });
    expect(here.tasks.size).toBe(3);
    expect(here.stopped).toEqual([]);
  });

  test('that is never done ends at the deadline, soon after, and is stopped', async () => {
    const here = withSlow(100 * hourMs);
    const id = await here.request('one');
    await here.drain();
    expect(await here.job(id)).toMatchObject({ status: 'failed', reason: 'deadline' });
    expect(await here.secondsOf(id)).toBeLessThan(deadlineSeconds + 75);
    expect(here.stopped).toEqual([`${id}-1`]);
  });

  test('that was cancelled is stopped', async () => {
    const here = withSlow(60_000);
    const id = await here.request('one');
    await here.drain(here.startedAt + 10_000);
    const at = new Date(here.now()).toISOString();
    const stream = `${owner.app}#${owner.user}#${id}`;
    await here.handleJob(stream, { type: 'CancelJob', at }, { actor: 'user-1', correlationId: 'c-1' });
    await here.drain();
    expect(await here.job(id)).toMatchObject({ status: 'cancelled' });
    expect(here.stopped).toEqual([`${id}-1`]);
  });

  test('is not lost sight of while the table is away for some minutes', async () => {
    const isAway = (now: number) => now > began + 10_000 && now < began + 190_000;
    const here = withSlow(60_000, { isAway });
    const began = here.startedAt;
    const id = await here.request('one');
    await here.drain();
    expect(await here.job(id)).toMatchObject({ status: 'completed', attempts: 1 });
    expect(here.lost).toEqual([]);
  });

  test('nor for an hour, and then the job ends', async () => {
    const isAway = (now: number) => now > began + 10_000 && now < began + hourMs;
    const here = withSlow(60_000, { isAway });
    const began = here.startedAt;
    const id = await here.request('one');
    await here.drain();
    expect(await here.job(id)).toMatchObject({ status: 'failed', reason: 'deadline' });
    expect(here.lost).toEqual([]);
  });
});

describe('I9 I4 whatever the provider does, with everything told twice', () => {
  /** The same misbehaviour for the same number. */
  const unsteady = (seed: number, now: () => number): Provider => {
    let state = seed;
    const next = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const kinds = ['transient', 'next-model', 'fatal', 'invalid', 'blocked', 'transient'] as const;
    const error = () => failing(kinds[next(kinds.length)] ?? 'transient', next(3) === 0 ? 1 + next(600) : undefined);
    return {
      name: 'unsteady',
      start: async () => {
        const chance = next(4);
        if (chance === 0) throw error();
        return chance === 1 ? finished() : { status: 'submitted', taskId: `t-${now()}-${next(1_000)}` };
      },
      tasks: {
        check: async () => {
          const chance = next(6);
          if (chance === 0) throw error();
          if (chance === 1) return { status: 'failed', error: error() };
          return chance === 2 ? finished() : { status: 'running', progress: next(101) };
        },
        readWebhook: async () => undefined,
        cancel: async () => next(2) === 0,
      },
    };
  };

  test('every job ends soon after its deadline at the latest, and none is charged that did not complete', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      let clock = () => 0;
      const provider = unsteady(seed, () => clock());
      const here = engine({ tool: tool(['unsteady', 'a', 'b']), providersOf: setUp(provider), isTwice: true });
      clock = here.now;
      const ids = [await here.request('one'), await here.request('two')];
      await here.drain();
      for (const id of ids) {
        const job = await here.job(id);
        expect([seed, job && isOver(job)]).toEqual([seed, true]);
        expect(await here.secondsOf(id)).toBeLessThan(deadlineSeconds + 75);
        expect([...here.outputs.files.keys()].some((key) => key.includes(id))).toBe(job?.status === 'completed');
      }
    }
  });
});
