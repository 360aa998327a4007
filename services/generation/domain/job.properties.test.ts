import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  at,
  cancel,
  fail,
  failAttempt,
  late,
  output,
  refund,
  report,
  request,
  sandbox,
  start,
  submit,
  succeed,
} from '../test/job-words.ts';
import { isEnded, isKnown, isOver, type Job, type JobCommand, job, maxAttempts } from './job.ts';
import type { Speaker } from './job-commands.ts';
import { type JobEvent, jobEvent } from './job-events.ts';

const times = fc.constantFrom(at, '2026-11-20T10:01:00.000Z', late);
const claims = fc.record({ messageId: fc.constantFrom('m-1', 'm-2'), receiveCount: fc.integer({ min: 1, max: 4 }) });
const tasks = fc.constantFrom('t-1', 't-2');
const speakers: fc.Arbitrary<Speaker> = fc.oneof(
  claims.map((claim) => ({ claim })),
  tasks.map((taskId) => ({ taskId })),
);
const failures = fc.constantFrom('transient' as const, 'next-model' as const);
const served = { from: 'gen_0199c2d4-3333-8000-8000-000000000003', outputs: [output], usage: {} };

const anyCommand: fc.Arbitrary<JobCommand> = fc.oneof(
  fc.constantFrom(request, { ...request, fingerprint: 'f-2' }, { ...request, quote: 0, served }),
  { arbitrary: fc.tuple(claims, times).map(([claim, when]) => start(claim, when)), weight: 3 },
  {
    arbitrary: fc
      .tuple(
        fc.oneof(
          claims.map((claim) => ({ claim })),
          fc.integer({ min: 1, max: 3 }).map((attempt) => ({ attempt, ...sandbox })),
        ),
        tasks,
        times,
      )
      .map((parts) => submit(...parts)),
    weight: 2,
  },
  fc.tuple(fc.double({ min: 0, max: 100 }), tasks, times).map((parts) => report(...parts)),
  { arbitrary: fc.tuple(speakers, failures, times).map((parts) => failAttempt(...parts)), weight: 2 },
  fc.tuple(speakers, fc.integer({ min: 0, max: 20 }), times).map((parts) => succeed(...parts)),
  fc.tuple(fc.option(speakers, { nil: undefined }), times).map(([by, when]) => fail(by, 'failed', when)),
  fc.constant(cancel),
  tasks.map((taskId): JobCommand => ({ type: 'RecordLateAnswer', at, taskId })),
  fc.constantFrom('a', 'b').map((title): JobCommand => ({ type: 'RenameJob', at, title })),
  fc.boolean().map((favourite): JobCommand => ({ type: 'FavourJob', at, favourite })),
  fc.constant<JobCommand>({ type: 'RemoveJob', at }),
  fc.constantFrom('torn', 'dark').map((reason) => refund(reason)),
);

/** Gives the commands to a job in this order. */
const run = (commands: readonly JobCommand[]): { events: JobEvent[]; states: Job[]; last: Job } => {
  const events: JobEvent[] = [];
  let last: Job = job.initialState;
  const states: Job[] = [last];
  for (const command of commands) {
    const decision = job.decide(command, last);
    for (const event of decision.accepted ? decision.events : []) {
      last = job.evolve(last, jobEvent.parse(event));
      events.push(event);
      states.push(last);
    }
  }
  return { events, states, last };
};

const histories = fc.array(anyCommand, { maxLength: 30 }).map((commands) => [request, ...commands]);
const ends = new Set<JobEvent['type']>(['JobSucceeded', 'JobFailed', 'JobCancelled']);
const onceBehindTheEnd = new Set<JobEvent['type']>(['LateAnswerRecorded', 'JobRemoved', 'JobRefunded']);
const isEnd = ({ type }: JobEvent): boolean => ends.has(type);
const always = (claim: (commands: JobCommand[]) => void): void => fc.assert(fc.property(histories, claim));

describe('whatever comes, in whatever order', () => {
  test('I9 a job ends at most once, and then only its owner’s marks, one late answer and one refund follow', () =>
    always((commands) => {
      const { events } = run(commands);
      expect(events.filter(isEnd).length).toBeLessThanOrEqual(1);
      const end = events.findIndex(isEnd);
      const after = end === -1 ? [] : events.slice(end + 1).map(({ type }) => type);
      expect(after.filter((type) => !['JobRenamed', 'JobFavoured'].includes(type)).sort()).toEqual(
        [...new Set(after)].filter((type) => onceBehindTheEnd.has(type)).sort(),
      );
      const removal = events.findIndex(({ type }) => type === 'JobRemoved');
      const behind = removal === -1 ? [] : events.slice(removal + 1).map(({ type }) => type);
      expect([[], ['JobRefunded']]).toContainEqual(behind);
    }));

  test('I4 X3 a job costs nothing but when it is completed, and then at most its quote', () =>
    always((commands) => {
      const { states } = run(commands);
      for (const state of states) if (state.status === 'completed') expect(state.cost).toBeLessThanOrEqual(state.quote);
      const [end] = states.filter(isEnded);
      const last = states.at(-1);
      if (last?.status !== 'removed') return;
      expect(last.ended.status).toBe(end?.status);
      expect(last.ended.cost).toBe(end?.status === 'completed' ? end.cost : 0);
    }));

  test('I4 what goes back went before: once, of a completed job, and exactly what it cost', () =>
    always((commands) => {
      const { events } = run(commands);
      const back = events.flatMap((event) => (event.type === 'JobRefunded' ? [event.credits] : []));
      const charged = events.flatMap((event) => (event.type === 'JobSucceeded' ? [event.cost] : []));
      expect(back.length).toBeLessThanOrEqual(1);
      if (back.length > 0) expect(back).toEqual(charged);
    }));

  test('PP6 a job has at most three attempts, and names them in order', () =>
    always((commands) => {
      const { states, events } = run(commands);
      for (const state of states) if (isKnown(state)) expect(state.attempts).toBeLessThanOrEqual(maxAttempts);
      const attempts = events.flatMap((event) => (event.type === 'JobStarted' ? [event.attempt] : []));
      expect(attempts).toEqual(attempts.toSorted((a, b) => a - b));
    }));

  test('a task is told to stop exactly when the job ends over its head', () =>
    always((commands) => {
      const { states, events } = run(commands);
      const end = events.findIndex(isEnd);
      const event = events[end];
      const before = states[end];
      if (!event || event.type === 'JobSucceeded' || before?.status !== 'processing') return;
      const { taskId } = before.working;
      const told = 'abandoned' in event ? event.abandoned?.taskId : undefined;
      if (event.type === 'JobCancelled') expect(told).toBe(taskId);
      else expect([undefined, taskId]).toContain(told);
    }));

  test('I9 deliveries of its message and a follower after the deadline end every job', () =>
    always((commands) => {
      const redelivered = Array.from({ length: 5 }, (_, n) => start({ messageId: 'm-1', receiveCount: 100 + n }, late));
      const others = redelivered.map(() => start({ messageId: 'm-2', receiveCount: 100 }, late));
      const { last } = run([...commands, ...redelivered, ...others]);
      if (isOver(last)) return;
      // Only a task outlives them.
      expect(last.status === 'processing' && last.working.taskId).toBeTruthy();
      expect(isOver(run([...commands, fail(undefined, 'deadline', late)]).last)).toBe(true);
    }));

  test('a command given twice in a row does what it does once', () =>
    fc.assert(
      fc.property(histories, anyCommand, (commands, command) => {
        expect(run([...commands, command, command]).events).toEqual(run([...commands, command]).events);
      }),
    ));

  test('I6 what was decided can be stored and read again, and leads to the same job', () =>
    always((commands) => {
      const { events, last } = run(commands);
      const stored: JobEvent[] = JSON.parse(JSON.stringify(events));
      const read = stored.map((event) => jobEvent.parse(event)).reduce(job.evolve, job.initialState);
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(last)));
    }));
});
