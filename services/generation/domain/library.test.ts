import { describe, expect, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import {
  at,
  attemptFailed,
  cancel,
  cancelled,
  fail,
  failAttempt,
  failed,
  first,
  holds,
  type Rule,
  report,
  request,
  requested,
  start,
  started,
  submit,
  submitted,
  succeed,
  succeeded,
} from '../test/job-words.ts';
import { type JobCommand, job } from './job.ts';
import type { JobEvent } from './job-events.ts';

const rename = (title: string): JobCommand => ({ type: 'RenameJob', at, title });
const renamed = (title: string): JobEvent => ({ type: 'JobRenamed', title });
const favour = (favourite: boolean): JobCommand => ({ type: 'FavourJob', at, favourite });
const favoured = (favourite: boolean): JobEvent => ({ type: 'JobFavoured', favourite });
const remove: JobCommand = { type: 'RemoveJob', at };
const removed: JobEvent = { type: 'JobRemoved' };

const underWay = [requested, started(first)];
const waiting = [...underWay, submitted()];
const done = [...underWay, succeeded(3)];
const ended: [string, JobEvent[]][] = [
  ['completed', done],
  ['failed', [...underWay, failed('blocked')]],
  ['cancelled', [requested, cancelled]],
];
const known: [string, JobEvent[]][] = [['queued', [requested]], ['processing', waiting], ...ended];

const marks: Rule[] = [
  ...known.flatMap(([status, history]): Rule[] => [
    [`a job that is ${status} is given a name`, history, rename('Lullaby'), [renamed('Lullaby')]],
    [`a job that is ${status} is marked`, history, favour(true), [favoured(true)]],
  ]),
  ['the same name again changes nothing', [...done, renamed('Lullaby')], rename('Lullaby'), []],
  ['the name that it began with is its name', [{ ...requested, title: 'Lullaby' }], rename('Lullaby'), []],
  ['the last name counts', [...done, renamed('Lullaby')], rename('Sleep'), [renamed('Sleep')]],
  ['marked twice, it is marked', [...done, favoured(true)], favour(true), []],
  ['unmarked twice, it is not', [...done, favoured(true), favoured(false)], favour(false), []],
  ['what was never marked need not be unmarked', done, favour(false), []],
  ['a job that is not there has no name', [], rename('Lullaby'), 'job-not-found'],
  ['nor a mark', [], favour(true), 'job-not-found'],
];

const removals: Rule[] = [
  ...ended.map(([status, history]): Rule => [`a job that is ${status} is removed`, history, remove, [removed]]),
  ['one that waits is not', [requested], remove, 'job-running'],
  ['nor one under way', waiting, remove, 'job-running'],
  ['nor one that is not there', [], remove, 'job-not-found'],
];

const gone = [...done, removed];
const afterwards: Rule[] = [
  ['its request again changes nothing', gone, request, []],
  ['another request under its key is refused', gone, { ...request, fingerprint: 'f-2' }, 'idempotency-mismatch'],
  ['it is not begun', gone, start(first), []],
  ['no task is submitted for it', gone, submit({ claim: first }), []],
  ['nothing progresses', gone, report(50), []],
  ['no attempt of it fails', gone, failAttempt({ claim: first }), []],
  ['no result comes', gone, succeed({ taskId: 't-1' }), []],
  ['it does not fail', gone, fail(undefined), []],
  ['a late answer is not kept', gone, { type: 'RecordLateAnswer', at, taskId: 't-1' }, []],
  ['it cannot be cancelled', gone, cancel, 'job-not-found'],
  ['nor renamed', gone, rename('Lullaby'), 'job-not-found'],
  ['nor marked', gone, favour(true), 'job-not-found'],
  ['nor removed again', gone, remove, 'job-not-found'],
];

describe('SP11 a name and a mark', () => {
  test.each(marks)('%s', holds);
  test('stay whatever the job goes through', () => {
    const history = [requested, renamed('Lullaby'), favoured(true), started(first), attemptFailed(1, 'transient')];
    const states = [...history, started(first, 2), submitted('t-1', 2), succeeded()].reduce(
      job.evolve,
      job.initialState,
    );
    expect(states).toMatchObject({ status: 'completed', title: 'Lullaby', favourite: true });
  });
  test('an unmarked job is as one that never was marked', () =>
    expect([...done, favoured(true), favoured(false)].reduce(job.evolve, job.initialState)).toEqual({
      ...done.reduce(job.evolve, job.initialState),
      changes: 2,
    }));
});

describe('I4 a removed job', () => {
  test.each(removals)('%s', holds);
  test.each(afterwards)('%s', holds);
  test.each([
    ['completed', done, { status: 'completed', cost: 3 }],
    ['failed', [...underWay, failed('blocked')], { status: 'failed', cost: 0, reason: 'blocked' }],
    ['cancelled', [requested, cancelled], { status: 'cancelled', cost: 0 }],
  ])('that was %s still says what it cost, and nothing of what was in it', (_, history: JobEvent[], proof) =>
    expect([...history, removed].reduce(job.evolve, job.initialState)).toEqual({
      status: 'removed',
      tool: 'photo-filter',
      fingerprint: 'f-1',
      requestedAt: at,
      ended: proof,
    }),
  );
});

test('a job is named and marked so often and no more: every change is kept for good', () => {
  const worn = Array.from({ length: 200 }, (_, n) => favoured(n % 2 === 0));
  given(job, [...done, ...worn.slice(1)])
    .when(favour(true))
    .then([favoured(true)]);
  given(job, [...done, ...worn])
    .when({ type: 'FavourJob', at, favourite: true })
    .thenRejected('changes-too-many');
  given(job, [...done, ...worn])
    .when({ type: 'RemoveJob', at })
    .then([{ type: 'JobRemoved' }]);
});
