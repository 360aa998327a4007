import type { JobStatusAnswer } from '#services/generation/contracts.ts';
import { endHold, type JobEnded } from '../handlers/end-hold.ts';
import { holdCredits, later, noon } from '../test/commands.ts';
import { keptLog, meta, newAccounts, owner, stream } from '../test/doubles.ts';
import { nothingSwept } from './outcome.ts';
import { graceSeconds, type SweepDependencies, sweepAccount } from './sweep-account.ts';

/** Holds live for an hour after noon. */
const afterExpiry = later(3_600 + graceSeconds);

const newSweep = async ({
  answers = {},
  now = afterExpiry,
  ...more
}: { answers?: Record<string, JobStatusAnswer>; now?: string } & Partial<Pick<SweepDependencies, 'ask'>> = {}) => {
  const accounts = newAccounts();
  await accounts.openWith(100);
  await accounts.handle(stream, holdCredits('gen_1', 4), meta);
  const asked: string[] = [];
  const log = keptLog();
  const sweep = sweepAccount({
    handle: accounts.handle,
    store: accounts.store,
    ask: async ({ app, user, jobId }) => {
      asked.push(`${app} ${user} ${jobId}`);
      return answers[jobId] ?? { status: 'unknown' };
    },
    logger: log.logger,
    now: () => now,
    ...more,
  });
  return { ...accounts, ...log, asked, sweep: (hasTime = () => true) => sweep(stream, 'sweep-1', hasTime) };
};

const hold = { holdId: 'gen_1', tool: 'photo-filter' };

describe('I4 a hold past its expiry ends as its job did', () => {
  const released = (reason: string) => ({ type: 'HoldReleased', ...hold, reason, returned: { pay_1: 4 } });
  test.each<[string, JobStatusAnswer, object, object]>([
    ['is unknown', { status: 'unknown' }, released('expired'), { released: 1 }],
    ['failed', { status: 'failed', reason: 'failed' }, released('failed'), { released: 1 }],
    ['ran over its deadline', { status: 'failed', reason: 'deadline' }, released('failed'), { released: 1 }],
    ['was blocked', { status: 'failed', reason: 'blocked' }, released('blocked'), { released: 1 }],
    ['was cancelled', { status: 'cancelled' }, released('cancelled'), { released: 1 }],
    [
      'was completed, and nobody heard of it',
      { status: 'completed', cost: 3, ended_at: later(60) },
      { type: 'HoldSettled', ...hold, spent: { pay_1: 3 }, returned: { pay_1: 1 } },
      { settled: 1 },
    ],
  ])('when it %s', async (_, answer, event, swept) => {
    const { sweep, events, asked, store } = await newSweep({ answers: { gen_1: answer } });
    expect(await sweep()).toEqual({ ...nothingSwept, ...swept });
    expect((await events()).at(-1)).toEqual(event);
    expect(asked).toEqual(['sparky user-1 gen_1']);
    expect(await store.read(stream, { direction: 'backward', limit: 1 })).toMatchObject([
      { at: afterExpiry, meta: { actor: 'system:sweep-holds', correlationId: 'sweep-1' } },
    ]);
  });

  test('made again after its job was paid for, it goes back and is not charged twice', async () => {
    const ended = new Date(Date.parse(noon) - 1_000).toISOString();
    const { sweep, events } = await newSweep({ answers: { gen_1: { status: 'completed', cost: 3, ended_at: ended } } });
    expect(await sweep()).toEqual({ ...nothingSwept, released: 1 });
    expect((await events()).at(-1)).toEqual(released('expired'));
  });

  test('PP11 of a free run goes as any other: it is found by its own event and ends at no cost', async () => {
    const { sweep, events, handle } = await newSweep({
      answers: { gen_1: { status: 'living' }, gen_2: { status: 'completed', cost: 0, ended_at: later(60) } },
    });
    await handle(stream, holdCredits('gen_2', 0), meta);
    expect(await sweep()).toEqual({ ...nothingSwept, living: 1, settled: 1 });
    expect((await events()).at(-1)).toEqual({ type: 'HoldSettled', ...hold, holdId: 'gen_2', spent: {} });
    expect(await sweep()).toEqual({ ...nothingSwept, living: 1 });
  });

  test('a living job keeps its hold, and is warned of', async () => {
    const { sweep, events, lines } = await newSweep({ answers: { gen_1: { status: 'living' } } });
    const before = await events();
    expect(await sweep()).toEqual({ ...nothingSwept, living: 1 });
    expect(await events()).toEqual(before);
    expect(lines).toEqual([{ level: 'warn', message: 'the job of an expired hold lives' }]);
  });
});

test('a hold that is not past its expiry, or just is, is not asked about', async () => {
  const { sweep, asked } = await newSweep({ now: later(3_600 + graceSeconds - 1) });
  expect(await sweep()).toEqual(nothingSwept);
  expect(asked).toEqual([]);
});

test('swept again, days later, nothing changes', async () => {
  const { sweep, events } = await newSweep();
  await sweep();
  const before = await events();
  expect(await sweep()).toEqual(nothingSwept);
  expect(await events()).toEqual(before);
});

test("I3 I4: in a race with the job's own event, either comes first and the hold ends once", async () => {
  const succeeded: JobEnded = {
    id: 'event-7',
    schemaVersion: 1,
    ...owner,
    version: 3,
    at: noon,
    correlationId: 'request-1',
    causationId: 'event-6',
    type: 'JobSucceeded',
    data: { jobId: 'gen_1', tool: 'photo-filter', cost: 3, outputs: [] },
  };
  const ends: (readonly string[])[] = [];
  for (const first of ['sweep', 'event', 'both'] as const) {
    const accounts = await newSweep({ answers: { gen_1: { status: 'completed', cost: 3, ended_at: later(60) } } });
    const { sweep, handle, logger, events } = accounts;
    const end = endHold({ handle, logger, now: () => afterExpiry });
    if (first === 'both') await Promise.all([sweep(), end(succeeded), sweep(), end(succeeded)]);
    else
      for (const one of first === 'sweep' ? [sweep, () => end(succeeded)] : [() => end(succeeded), sweep]) await one();
    ends.push((await events()).map(({ type }) => type).filter((type) => type.startsWith('Hold')));
  }
  expect(ends).toEqual([['HoldSettled'], ['HoldSettled'], ['HoldSettled']]);
});

test('when generation does not answer, the hold stays; the others of the account end', async () => {
  const { sweep, handle, events, lines } = await newSweep({
    ask: async ({ jobId }) => {
      if (jobId === 'gen_1') throw new Error('unreachable');
      return { status: 'unknown' };
    },
  });
  await handle(stream, holdCredits('gen_2', 1), meta);
  expect(await sweep()).toEqual({ ...nothingSwept, released: 1, failed: 1 });
  expect((await events()).at(-1)).toMatchObject({ type: 'HoldReleased', holdId: 'gen_2' });
  expect(lines).toContainEqual({ level: 'error', message: 'expired hold not judged' });
});

test('a job that cost more than was held is left to an operator, and counted', async () => {
  const { sweep, events, lines } = await newSweep({
    answers: { gen_1: { status: 'completed', cost: 5, ended_at: later(60) } },
  });
  const before = await events();
  expect(await sweep()).toEqual({ ...nothingSwept, failed: 1 });
  expect(await events()).toEqual(before);
  expect(lines).toContainEqual({ level: 'error', message: 'expired hold not ended' });
});

test('many holds of one account end in one visit', async () => {
  const { sweep, handle, store } = await newSweep();
  for (let id = 2; id <= 25; id += 1) await handle(stream, holdCredits(`gen_${id}`, 1), meta);
  expect(await sweep()).toEqual({ ...nothingSwept, released: 25 });
  expect((await store.load(stream))?.state).toMatchObject({ holds: {} });
});

test('without time left no more holds are begun: they are counted, and the next sweep ends them', async () => {
  const { sweep, handle, asked, lines } = await newSweep();
  for (let id = 2; id <= 25; id += 1) await handle(stream, holdCredits(`gen_${id}`, 1), meta);
  expect(await sweep(() => asked.length < 20)).toEqual({ ...nothingSwept, released: 20, failed: 5 });
  expect(lines).toContainEqual({ level: 'warn', message: 'no time for all expired holds' });
  expect(await sweep()).toEqual({ ...nothingSwept, released: 5 });
});
