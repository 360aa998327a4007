import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { given } from '#shared/testing/given.ts';
import {
  isEnded,
  type Job,
  type JobCommand,
  type JobRejection,
  job,
  jobStream,
  maxAttempts,
  parseJobStream,
} from './job.ts';
import { type Claim, type JobEvent, type JobOutput, jobEvent } from './job-events.ts';

const at = '2026-11-20T10:00:00.000Z';
const deadline = '2026-11-20T10:02:00.000Z';
const late = '2026-11-20T10:02:00.001Z';
const first: Claim = { messageId: 'm-1', receiveCount: 1 };
const second: Claim = { messageId: 'm-1', receiveCount: 2 };
const duplicate: Claim = { messageId: 'm-2', receiveCount: 7 };
const sandbox = { provider: 'sandbox', model: 'sandbox-1' };
const output: JobOutput = {
  kind: 'image',
  contentType: 'image/png',
  bytes: 9,
  sha256: 'ab',
  key: 'outputs/a/u/j/0.png',
};

const asked = { tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [], quote: 4, remaining: 6, deadline };
const request: JobCommand = { type: 'RequestJob', at, fingerprint: 'f-1', ...asked };
const requested: JobEvent = { type: 'JobRequested', fingerprint: 'f-1', requestedAt: at, ...asked };
const start = (claim: Claim, when = at): JobCommand => ({ type: 'StartJob', at: when, claim, ...sandbox });
const started = (claim: Claim, attempt = 1): JobEvent => ({ type: 'JobStarted', attempt, claim, ...sandbox });
const attemptFailed = (attempt: number, failure: 'transient' | 'next-model' | 'worker-lost'): JobEvent => ({
  type: 'AttemptFailed',
  attempt,
  failure,
  message: failure === 'worker-lost' ? 'The worker stopped before it was done.' : 'busy',
  ...sandbox,
});
const failAttempt = (claim: Claim, failure: 'transient' | 'next-model' = 'transient', when = at): JobCommand => ({
  type: 'FailAttempt',
  at: when,
  claim,
  failure,
  message: 'busy',
});
const succeed = (claim: Claim, cost = 4, when = at): JobCommand => ({
  type: 'SucceedJob',
  at: when,
  claim,
  outputs: [output],
  usage: {},
  cost,
});
const succeeded = (cost = 4): JobEvent => ({ type: 'JobSucceeded', outputs: [output], usage: {}, cost });
const failed = (reason: 'failed' | 'blocked' | 'deadline', message: string): JobEvent => ({
  type: 'JobFailed',
  reason,
  message,
});
const cancel: JobCommand = { type: 'CancelJob', at };
const cancelled: JobEvent = { type: 'JobCancelled' };
const inTime = failed('deadline', 'The job was not done in time.');

const rules: [rule: string, history: JobEvent[], command: JobCommand, outcome: readonly JobEvent[] | JobRejection][] = [
  ['a request is accepted', [], request, [requested]],
  ['the same request again changes nothing', [requested], request, []],
  [
    'the same request again changes nothing when the job is over',
    [requested, started(first), succeeded()],
    request,
    [],
  ],
  [
    'another request under the same key is refused',
    [requested],
    { ...request, fingerprint: 'f-2' },
    'idempotency-mismatch',
  ],
  ['a waiting job is claimed', [requested], start(first), [started(first)]],
  ['a job that nobody asked for cannot be claimed', [], start(first), 'job-not-found'],
  ['another message does not get a job under way', [requested, started(first)], start(duplicate), []],
  ['the same delivery does not get a job twice', [requested, started(first)], start(first), []],
  ['an older delivery does not get a job under way', [requested, started(second)], start(first), []],
  [
    'a later delivery of the claiming message takes over',
    [requested, started(first)],
    start(second),
    [attemptFailed(1, 'worker-lost'), started(second, 2)],
  ],
  [
    'a job whose workers were lost three times is given up',
    [requested, started({ messageId: 'm-1', receiveCount: 3 }, 3)],
    start({ messageId: 'm-1', receiveCount: 4 }),
    [attemptFailed(3, 'worker-lost'), failed('failed', 'The job was given up after 3 attempts.')],
  ],
  ['a job is not begun after its deadline', [requested], start(first, deadline), [inTime]],
  ['a job that is over is not begun again', [requested, cancelled], start(first), []],
  [
    'a passing failure puts the job back',
    [requested, started(first)],
    failAttempt(first),
    [attemptFailed(1, 'transient')],
  ],
  [
    'the next attempt has the next number',
    [requested, started(first), attemptFailed(1, 'transient')],
    start(second),
    [started(second, 2)],
  ],
  [
    'another model goes on within the same attempt',
    [requested, started(first), attemptFailed(1, 'next-model')],
    start(first),
    [started(first, 1)],
  ],
  [
    'the third passing failure is final',
    [requested, started(first, 3)],
    failAttempt(first),
    [attemptFailed(3, 'transient'), failed('failed', 'busy')],
  ],
  [
    'a passing failure after the deadline is final',
    [requested, started(first)],
    failAttempt(first, 'transient', late),
    [attemptFailed(1, 'transient'), inTime],
  ],
  [
    'a failure told by a worker that was taken over changes nothing',
    [requested, started(second, 2)],
    failAttempt(first),
    [],
  ],
  ['a result completes the job', [requested, started(first)], succeed(first), [succeeded()]],
  [
    'a result that is cheaper than the quote costs less',
    [requested, started(first)],
    succeed(first, 3),
    [succeeded(3)],
  ],
  ['a result never costs more than the quote', [requested, started(first)], succeed(first, 9), [succeeded(4)]],
  ['a result after the deadline is not charged', [requested, started(first)], succeed(first, 4, late), [inTime]],
  ['a result of a worker that was taken over changes nothing', [requested, started(second, 2)], succeed(first), []],
  ['a result after the cancel changes nothing', [requested, started(first), cancelled], succeed(first), []],
  ['a result told twice changes nothing', [requested, started(first), succeeded()], succeed(first), []],
  [
    'the holder of the claim fails the job',
    [requested, started(first)],
    { type: 'FailJob', at, claim: first, reason: 'blocked', message: 'refused' },
    [failed('blocked', 'refused')],
  ],
  [
    'who lost the claim cannot fail the job',
    [requested, started(second, 2)],
    { type: 'FailJob', at, claim: first, reason: 'failed', message: 'x' },
    [],
  ],
  [
    'the system fails a job whoever works on it',
    [requested, started(second, 2)],
    { type: 'FailJob', at, reason: 'failed', message: 'x' },
    [failed('failed', 'x')],
  ],
  ['a waiting job is cancelled', [requested], cancel, [cancelled]],
  ['a job under way is cancelled', [requested, started(first)], cancel, [cancelled]],
  ['cancelling twice changes nothing', [requested, cancelled], cancel, []],
  ['a completed job cannot be cancelled', [requested, started(first), succeeded()], cancel, 'job-finished'],
  ['a failed job cannot be cancelled', [requested, failed('failed', 'x')], cancel, 'job-finished'],
  ['a job that is not there cannot be cancelled', [], cancel, 'job-not-found'],
];

test.each(rules)('%s', (_, history, command, outcome) => {
  const decided = given(job, history).when(command);
  if (typeof outcome === 'string') decided.thenRejected(outcome);
  else decided.then(outcome);
});

test('every event that was ever stored is still read, as it was stored', () => {
  const stored = JSON.parse(readFileSync(new URL('./fixtures/job-events.json', import.meta.url), 'utf8')) as unknown[];
  expect(stored.map((event) => jobEvent.parse(event))).toEqual(stored);
  const kinds = new Set(stored.map((event) => jobEvent.parse(event).type));
  expect([...kinds].sort()).toEqual(jobEvent.options.map(({ shape }) => shape.type.value).sort());
});

test('a stream names its owner and its job', () => {
  const owner = { app: 'sparky', user: 'auth0|7' };
  expect(parseJobStream(jobStream(owner, 'gen_1'))).toEqual({ owner, id: 'gen_1' });
});

const times = fc.constantFrom(at, '2026-11-20T10:01:00.000Z', late);
const claims = fc.record({ messageId: fc.constantFrom('m-1', 'm-2'), receiveCount: fc.integer({ min: 1, max: 6 }) });
const anyCommand: fc.Arbitrary<JobCommand> = fc.oneof(
  fc.record({ fingerprint: fc.constantFrom('f-1', 'f-2') }).map(({ fingerprint }) => ({ ...request, fingerprint })),
  fc.tuple(claims, times).map(([claim, when]) => start(claim, when)),
  fc
    .tuple(claims, fc.constantFrom('transient' as const, 'next-model' as const), times)
    .map((parts) => failAttempt(...parts)),
  fc.tuple(claims, fc.integer({ min: 0, max: 20 }), times).map((parts) => succeed(...parts)),
  fc
    .option(claims, { nil: undefined })
    .map((claim): JobCommand => ({ type: 'FailJob', at, reason: 'failed', message: 'x', ...(claim ? { claim } : {}) })),
  fc.constant(cancel),
);

/** Gives the commands to a job in this order. */
const run = (commands: readonly JobCommand[]): { events: JobEvent[]; states: Job[] } => {
  const events: JobEvent[] = [];
  const states: Job[] = [job.initialState];
  for (const command of commands) {
    let state = states.at(-1) ?? job.initialState;
    const decision = job.decide(command, state);
    for (const event of decision.accepted ? decision.events : []) {
      state = job.evolve(state, jobEvent.parse(event));
      events.push(event);
      states.push(state);
    }
  }
  return { events, states };
};

const histories = fc.array(anyCommand, { maxLength: 30 }).map((commands) => [request, ...commands]);
const ends = new Set(['JobSucceeded', 'JobFailed', 'JobCancelled']);

test('I9 a job ends at most once, and nothing happens after its end', () => {
  fc.assert(
    fc.property(histories, (commands) => {
      const { events } = run(commands);
      const end = events.findIndex(({ type }) => ends.has(type));
      expect(end === -1 || end === events.length - 1).toBe(true);
    }),
  );
});

test('I4 a job never costs more than its quote', () => {
  fc.assert(
    fc.property(histories, (commands) => {
      const last = run(commands).states.at(-1);
      if (last?.status === 'completed') expect(last.cost).toBeLessThanOrEqual(last.quote);
    }),
  );
});

test('a job has at most three attempts', () => {
  fc.assert(
    fc.property(histories, (commands) => {
      for (const state of run(commands).states)
        if (state.status !== 'pending') expect(state.attempts).toBeLessThanOrEqual(maxAttempts);
    }),
  );
});

test('I9 deliveries of its message end every job, whatever happened to it', () => {
  fc.assert(
    fc.property(histories, (commands) => {
      const redelivered = Array.from({ length: 5 }, (_, n) => start({ messageId: 'm-1', receiveCount: 100 + n }, late));
      const others = redelivered.map(() => start({ messageId: 'm-2', receiveCount: 100 }, late));
      const { states } = run([...commands, ...redelivered, ...others]);
      expect(isEnded(states.at(-1) ?? job.initialState)).toBe(true);
    }),
  );
});

test('a command given twice in a row does what it does once', () => {
  fc.assert(
    fc.property(histories, anyCommand, (commands, command) => {
      expect(run([...commands, command, command]).events).toEqual(run([...commands, command]).events);
    }),
  );
});
