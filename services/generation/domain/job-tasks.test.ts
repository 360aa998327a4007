import { describe, test } from '@jest/globals';
import {
  abandoned,
  at,
  attemptFailed,
  cancel,
  cancelled,
  duplicate,
  fail,
  failAttempt,
  failed,
  first,
  holds,
  late,
  progressed,
  type Rule,
  report,
  requested,
  sandbox,
  second,
  start,
  started,
  submit,
  submitted,
  succeed,
  succeeded,
  tooLate,
} from '../test/job-words.ts';
import type { JobCommand } from './job-commands.ts';
import type { JobEvent } from './job-events.ts';

const underWay = [requested, started(first)];
const waiting = [...underWay, submitted()];
const task = { taskId: 't-1' };
const lateAnswer: JobEvent = { type: 'LateAnswerRecorded', taskId: 't-1' };
const tellLate: JobCommand = { type: 'RecordLateAnswer', at: late, taskId: 't-1' };

const submissions: Rule[] = [
  ['its worker tells of it', underWay, submit({ claim: first }), [submitted()]],
  ['told twice, it is there once', waiting, submit({ claim: first }), []],
  [
    'a webhook that comes first tells of it as well',
    underWay,
    submit({ attempt: 1, provider: 'sandbox', model: 'sandbox-1' }),
    [submitted()],
  ],
  ['and the worker that comes second changes nothing', waiting, submit({ claim: first }, 't-2'), []],
  [
    'a webhook of another attempt is not believed',
    underWay,
    submit({ attempt: 2, provider: 'sandbox', model: 'sandbox-1' }),
    [],
  ],
  ['nor one of another provider', underWay, submit({ attempt: 1, provider: 'fal', model: 'sandbox-1' }), []],
  ['nor one of another model', underWay, submit({ attempt: 1, provider: 'sandbox', model: 'sandbox-2' }), []],
  [
    'a worker that was taken over has no task to tell of',
    [requested, started(second, 2)],
    submit({ claim: first }),
    [],
  ],
  ['a job that waits in the queue has none', [requested], submit({ claim: first }), []],
  [
    'nor has one that is over',
    [...underWay, cancelled],
    submit({ attempt: 1, provider: 'sandbox', model: 'sandbox-1' }),
    [],
  ],
  ['nor one that is not there', [], submit({ claim: first }), 'job-not-found'],
  [
    'I9 one for which there is no time left is told to stop',
    underWay,
    submit({ claim: first }, 't-1', late),
    [submitted(), tooLate(late, { ...sandbox, ...abandoned() })],
  ],
];

const redeliveries: Rule[] = [
  ['the work message comes again: nothing', waiting, start(second), []],
  ['a duplicate of it comes: nothing', waiting, start(duplicate), []],
  ['it comes after the deadline: the task’s follower, not a worker, ends the job', waiting, start(second, late), []],
  ['the worker’s claim is spent: its failure says nothing', waiting, failAttempt({ claim: first }), []],
  ['nor does its result', waiting, succeed({ claim: first }), []],
  ['nor its verdict', waiting, fail({ claim: first }), []],
];

const steps: Rule[] = [
  ['a step is told', waiting, report(25), [progressed(25)]],
  ['less than a step is not', [...waiting, progressed(25)], report(34), []],
  ['the same again is not', [...waiting, progressed(25)], report(25), []],
  ['nor is going back', [...waiting, progressed(25)], report(5), []],
  ['the next step is', [...waiting, progressed(25)], report(35.9), [progressed(35)]],
  ['all of it is 99, for there is no result yet', waiting, report(100), [progressed(99)]],
  ['nonsense is nothing', waiting, report(Number.NaN), []],
  ['another task’s progress is none of the job’s', waiting, report(50, 't-2'), []],
  ['progress before the task is known is not told', underWay, report(50), []],
  ['nor is any after the end', [...waiting, cancelled], report(50), []],
  ['nor of a job that is not there', [], report(50), 'job-not-found'],
  [
    'I9 after the deadline it ends the job',
    waiting,
    report(50, 't-1', late),
    [tooLate(late, { ...sandbox, ...abandoned() })],
  ],
];

const ends: Rule[] = [
  [
    'it fails for a passing reason: the job goes into the queue again, after a pause',
    waiting,
    failAttempt(task, 'transient', at, { pauseSeconds: 7 }),
    [attemptFailed(1, 'transient', { againAfterSeconds: 7 })],
  ],
  [
    'told twice: one new attempt',
    [...waiting, attemptFailed(1, 'transient', { againAfterSeconds: 7 })],
    failAttempt(task, 'transient', at, { pauseSeconds: 7 }),
    [],
  ],
  [
    'another model may do: at once',
    waiting,
    failAttempt(task, 'next-model'),
    [attemptFailed(1, 'next-model', { againAfterSeconds: 0 })],
  ],
  [
    'a new message claims the next attempt',
    [...waiting, attemptFailed(1, 'transient', { againAfterSeconds: 7 })],
    start(duplicate),
    [started(duplicate, 2)],
  ],
  [
    'it fails for the third time: the job fails, and no message goes',
    [requested, started(first, 3), submitted('t-1', 3)],
    failAttempt(task),
    [attemptFailed(3, 'transient'), failed('failed', 'busy', sandbox)],
  ],
  [
    'it fails after the deadline: it need not be stopped',
    waiting,
    failAttempt(task, 'transient', late),
    [attemptFailed(1, 'transient'), tooLate(late, sandbox)],
  ],
  ['it fails for good: it need not be stopped', waiting, fail(task, 'blocked'), [failed('blocked', 'x', sandbox)]],
  ['another task says nothing of this one', waiting, fail({ taskId: 't-2' }), []],
  ['it is done', waiting, succeed(task, 3), [succeeded(3)]],
  ['it is done twice', [...waiting, succeeded()], succeed(task), []],
  ['another is done', waiting, succeed({ taskId: 't-2' }), []],
  ['I4 it is done too late', waiting, succeed(task, 4, late), [tooLate(late, sandbox)]],
  ['I4 it is done after the cancel', [...waiting, cancelled], succeed(task), []],
  ['cancelled while it runs: it is told to stop', waiting, cancel, [{ type: 'JobCancelled', at, ...abandoned() }]],
  [
    'I9 the system ends the job while it runs: it is told to stop',
    waiting,
    fail(undefined, 'deadline'),
    [failed('deadline', 'x', { ...sandbox, ...abandoned() })],
  ],
];

const over: [string, JobEvent[]][] = [
  ['completed', [...waiting, succeeded()]],
  ['failed', [...waiting, failed('failed')]],
  ['cancelled', [...waiting, cancelled]],
];
const lateAnswers: Rule[] = [
  ...over.flatMap(([end, history]): Rule[] => [
    [`to a job that is ${end} is kept`, history, tellLate, [lateAnswer]],
    [
      `to a job that is ${end} is kept once`,
      [...history, lateAnswer],
      { ...tellLate, taskId: 't-2' } as JobCommand,
      [],
    ],
    [`leaves a job that is ${end} as it is`, [...history, lateAnswer], succeed(task), []],
  ]),
  ['before the end is none', waiting, tellLate, []],
  ['to a job that is not there is none', [], tellLate, []],
];

describe('BM6 PP6 a task is submitted', () => void test.each(submissions)('%s', holds));
describe('PP6 while a task runs', () => void test.each(redeliveries)('%s', holds));
describe('NB8 the progress of a task', () => void test.each(steps)('%s', holds));
describe('BM6 NB8 the end of a task', () => void test.each(ends)('%s', holds));
describe('BM6 a late answer', () => void test.each(lateAnswers)('%s', holds));
