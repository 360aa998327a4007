import { describe, expect, test } from '@jest/globals';
import {
  asked,
  at,
  attemptFailed,
  cancel,
  cancelled,
  deadline,
  duplicate,
  earlier,
  fail,
  failAttempt,
  failed,
  first,
  holds,
  late,
  other,
  output,
  type Rule,
  request,
  requested,
  sandbox,
  second,
  start,
  started,
  succeed,
  succeeded,
  tooLate,
} from '../test/job-words.ts';
import { job, jobStream, parseJobStream } from './job.ts';
import type { JobEvent } from './job-events.ts';

const served = { from: earlier, outputs: [output], usage: { computeMs: 7 } };
const servedEvents = [
  { ...requested, quote: 0, fromCache: true },
  { type: 'JobSucceeded', outputs: [output], usage: { computeMs: 7 }, cost: 0, at, servedFrom: earlier },
] as JobEvent[];

const requests: Rule[] = [
  ['a request is accepted', [], request, [requested]],
  [
    'what it is a variation of, its name, its queue and what equal ones share stay with it',
    [],
    {
      ...request,
      parent: earlier,
      title: 'Lullaby',
      paying: true,
      cache: { key: 'k', seconds: 60 },
      optionPrompts: { filter: 'old paper' },
    },
    [
      {
        ...requested,
        parent: earlier,
        title: 'Lullaby',
        paying: true,
        cache: { key: 'k', seconds: 60 },
        optionPrompts: { filter: 'old paper' },
      },
    ],
  ],
  [
    'SP9 one that an equal request’s result serves is done at once and costs nothing',
    [],
    { ...request, quote: 0, served },
    servedEvents,
  ],
  ['SP9 the same once more changes nothing', servedEvents, { ...request, quote: 0, served }, []],
  ['SP9 nor does it when the job was made meanwhile', [requested], { ...request, quote: 0, served }, []],
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
];

const claims: Rule[] = [
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
  ['a job is not begun after its deadline', [requested], start(first, deadline), [tooLate(deadline)]],
  [
    'nor taken over',
    [requested, started(first)],
    start(second, late),
    [attemptFailed(1, 'worker-lost'), tooLate(late, sandbox)],
  ],
  ['a job that is over is not begun again', [requested, cancelled], start(first), []],
];

const failures: Rule[] = [
  [
    'a passing failure puts the job back, for its message to come again',
    [requested, started(first)],
    failAttempt({ claim: first }),
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
    start(first, at, other),
    [started(first, 1, other)],
  ],
  [
    'a failure names all that it rules out, each once',
    [requested, started(first)],
    failAttempt({ claim: first }, 'next-model', at, { passOver: ['sandbox sandbox-1', 'sandbox sandbox-2'] }),
    [attemptFailed(1, 'next-model', { passedOver: ['sandbox sandbox-1', 'sandbox sandbox-2'] })],
  ],
  [
    'the third passing failure is final',
    [requested, started(first, 3)],
    failAttempt({ claim: first }),
    [attemptFailed(3, 'transient'), failed('failed', 'busy', sandbox)],
  ],
  [
    'a passing failure after the deadline is final',
    [requested, started(first)],
    failAttempt({ claim: first }, 'transient', late),
    [attemptFailed(1, 'transient'), tooLate(late, sandbox)],
  ],
  [
    'a failure told by a worker that was taken over changes nothing',
    [requested, started(second, 2)],
    failAttempt({ claim: first }),
    [],
  ],
  ['a failure of a job that is not there is refused', [], failAttempt({ claim: first }), 'job-not-found'],
  [
    'the holder of the claim fails the job',
    [requested, started(first)],
    fail({ claim: first }, 'blocked'),
    [failed('blocked', 'x', sandbox)],
  ],
  ['who lost the claim cannot fail the job', [requested, started(second, 2)], fail({ claim: first }), []],
  [
    'the system fails a job whoever works on it',
    [requested, started(second, 2)],
    fail(undefined),
    [failed('failed', 'x', sandbox)],
  ],
  ['and one that waits', [requested], fail(undefined), [failed('failed')]],
  ['but not twice', [requested, failed('failed')], fail(undefined), []],
  ['and none that is not there', [], fail(undefined), 'job-not-found'],
];

const results: Rule[] = [
  ['a result completes the job', [requested, started(first)], succeed({ claim: first }), [succeeded()]],
  [
    'X3 a result that is cheaper than the quote costs less',
    [requested, started(first)],
    succeed({ claim: first }, 3),
    [succeeded(3)],
  ],
  [
    'X3 I4 a result never costs more than the quote',
    [requested, started(first)],
    succeed({ claim: first }, 9),
    [succeeded(4)],
  ],
  [
    'I4 a result after the deadline is not charged',
    [requested, started(first)],
    succeed({ claim: first }, 4, late),
    [tooLate(late, sandbox)],
  ],
  [
    'a result of a worker that was taken over changes nothing',
    [requested, started(second, 2)],
    succeed({ claim: first }),
    [],
  ],
  [
    'I4 a result after the cancel changes nothing',
    [requested, started(first), cancelled],
    succeed({ claim: first }),
    [],
  ],
  ['a result told twice changes nothing', [requested, started(first), succeeded()], succeed({ claim: first }), []],
  ['a result of a job that is not there is refused', [], succeed({ claim: first }), 'job-not-found'],
];

const cancels: Rule[] = [
  ['a waiting job is cancelled', [requested], cancel, [cancelled]],
  ['a job under way is cancelled', [requested, started(first)], cancel, [cancelled]],
  ['cancelling twice changes nothing', [requested, cancelled], cancel, []],
  ['a completed job cannot be cancelled', [requested, started(first), succeeded()], cancel, 'job-finished'],
  ['a failed job cannot be cancelled', [requested, failed('failed')], cancel, 'job-finished'],
  ['a job that is not there cannot be cancelled', [], cancel, 'job-not-found'],
];

describe('PP4 SP9 a request', () => void test.each(requests)('%s', holds));
describe('PP6 a claim', () => void test.each(claims)('%s', holds));
describe('PP6 FS15 a failure', () => void test.each(failures)('%s', holds));
describe('PP6 X3 a result', () => void test.each(results)('%s', holds));
describe('PP5 a cancel', () => void test.each(cancels)('%s', holds));

describe('what is passed over', () => {
  const after = (...events: JobEvent[]) => events.reduce(job.evolve, job.initialState);
  const passedOver = (...events: JobEvent[]) => {
    const state = after(requested, started(first), ...events);
    return 'passedOver' in state ? state.passedOver : undefined;
  };
  const missing = attemptFailed(1, 'next-model');

  test('adds up within an attempt', () =>
    expect(
      passedOver(missing, started(first, 1, other), attemptFailed(1, 'next-model', { passedOver: ['fal fal-ai/any'] })),
    ).toEqual(['sandbox sandbox-1', 'fal fal-ai/any']));
  test('outlives a worker that was lost', () =>
    expect(passedOver(missing, started(first, 1, other), attemptFailed(1, 'worker-lost'))).toEqual([
      'sandbox sandbox-1',
    ]));
  test('is tried again after a pause', () =>
    expect(passedOver(missing, started(first, 1, other), attemptFailed(1, 'transient'))).toBeUndefined());
  test('does not stay with a result', () =>
    expect(passedOver(missing, started(first, 1, other), succeeded())).toBeUndefined());
});

test('a request’s own facts stay with it to the end', () => {
  const facts = {
    ...asked,
    parent: earlier,
    paying: true,
    cache: { key: 'k', seconds: 60 },
    optionPrompts: { a: 'b' },
  };
  const all = [{ ...requested, ...facts, title: 'Lullaby' } as JobEvent, started(first), attemptFailed(1, 'transient')];
  for (const end of [succeeded(), failed('failed'), cancelled])
    expect([...all, started(second, 2), end].reduce(job.evolve, job.initialState)).toMatchObject({
      ...facts,
      title: 'Lullaby',
      attempts: 2,
      endedAt: at,
    });
});

test('a stream names its owner and its job', () => {
  const owner = { app: 'sparky', user: 'auth0|7' };
  expect(parseJobStream(jobStream(owner, 'gen_1'))).toEqual({ owner, id: 'gen_1' });
});
