import { holdCredits, later, noon } from '../test/commands.ts';
import { keptLog, meta, newAccounts, owner, stream } from '../test/doubles.ts';
import { endHold, type JobEnded } from './end-hold.ts';

const about = {
  id: 'event-7',
  schemaVersion: 1,
  ...owner,
  version: 3,
  at: noon,
  correlationId: 'request-1',
  causationId: 'event-6',
} as const;
const job = { jobId: 'gen_1', tool: 'photo-filter' };
const succeeded = (cost: number): JobEnded => ({ ...about, type: 'JobSucceeded', data: { ...job, cost, outputs: [] } });
const failed = (reason: 'failed' | 'blocked' | 'deadline'): JobEnded => ({
  ...about,
  type: 'JobFailed',
  data: { ...job, reason, message: 'no' },
});
const cancelled: JobEnded = { ...about, type: 'JobCancelled', data: job };

const newEnd = async () => {
  const accounts = newAccounts();
  const log = keptLog();
  await accounts.openWith(100);
  await accounts.handle(stream, holdCredits('gen_1', 4), meta);
  return { ...accounts, ...log, end: endHold({ handle: accounts.handle, logger: log.logger, now: () => later(60) }) };
};

test('I4: a completed job is charged what it cost, the rest comes back', async () => {
  const { end, events } = await newEnd();
  await end(succeeded(3));
  expect((await events()).at(-1)).toEqual({
    type: 'HoldSettled',
    holdId: 'gen_1',
    tool: 'photo-filter',
    spent: { pay_1: 3 },
    returned: { pay_1: 1 },
  });
});

test('I4 PP11: a free run that completed ends its hold, once', async () => {
  const { end, events, handle, lines } = await newEnd();
  await handle(stream, holdCredits('gen_0', 0), meta);
  const done: JobEnded = { ...about, type: 'JobSucceeded', data: { ...job, jobId: 'gen_0', cost: 0, outputs: [] } };
  await end(done);
  await end(done);
  expect((await events()).slice(4)).toEqual([
    { type: 'HoldSettled', holdId: 'gen_0', tool: 'photo-filter', spent: {} },
  ]);
  expect(lines.map(({ message }) => message)).toEqual(['hold ended', 'hold had been ended before']);
});

test('a result that was served again has no hold, which is nothing to warn of', async () => {
  const { end, lines } = await newEnd();
  await end({
    ...about,
    type: 'JobSucceeded',
    data: { ...job, jobId: 'gen_9', cost: 0, outputs: [], cached: true },
  });
  expect(lines.map(({ level }) => level)).toEqual(['info']);
});

test.each([
  ['failed', failed('failed'), 'failed'],
  ['blocked', failed('blocked'), 'blocked'],
  ['failed by its deadline', failed('deadline'), 'failed'],
  ['cancelled', cancelled, 'cancelled'],
] as const)('I4: a job that %s is not charged', async (_, event, reason) => {
  const { end, events } = await newEnd();
  await end(event);
  expect((await events()).at(-1)).toEqual({
    type: 'HoldReleased',
    holdId: 'gen_1',
    tool: 'photo-filter',
    reason,
    returned: { pay_1: 4 },
  });
});

test('the event that ended the job is the cause of the one that ends the hold', async () => {
  const { end, store } = await newEnd();
  await end(succeeded(4));
  expect(await store.read(stream, { direction: 'backward', limit: 1 })).toMatchObject([
    { at: later(60), meta: { actor: 'system:on-job-ended', correlationId: 'request-1', causationId: 'event-7' } },
  ]);
});

test('I3: any event again, or another end of the same job, changes nothing', async () => {
  const { end, events, lines } = await newEnd();
  await end(succeeded(4));
  const before = await events();
  for (const event of [succeeded(4), failed('failed'), cancelled]) await end(event);
  expect(await events()).toEqual(before);
  expect(lines.map(({ message }) => message)).toEqual([
    'hold ended',
    'hold had been ended before',
    'hold had been ended before',
    'hold had been ended before',
  ]);
});

test('a hold that is not known changes nothing and is warned of', async () => {
  const accounts = newAccounts();
  const { lines, logger } = keptLog();
  await endHold({ handle: accounts.handle, logger })(succeeded(4));
  expect(await accounts.events()).toEqual([]);
  expect(lines).toEqual([{ level: 'warn', message: 'no such hold' }]);
});

test('a job that cost more than was held is an error: the message comes again and ends where an alarm rings', async () => {
  const { end, events } = await newEnd();
  const before = await events();
  await expect(end(succeeded(5))).rejects.toThrow('settlement-exceeds-hold');
  expect(await events()).toEqual(before);
});
