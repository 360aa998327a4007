import { describe, expect, test } from '@jest/globals';
import {
  at,
  cancelled,
  failed,
  first,
  holds,
  late,
  type Rule,
  refund,
  refunded,
  requested,
  started,
  succeeded,
} from '../test/job-words.ts';
import { job } from './job.ts';
import type { JobCommand } from './job-commands.ts';
import type { JobEvent } from './job-events.ts';
import { chargeOf } from './refund.ts';

const underWay = [requested, started(first)];
const done = [...underWay, succeeded(3)];
const removed: JobEvent = { type: 'JobRemoved' };
const imported: JobEvent = {
  type: 'JobImported',
  tool: 'song',
  params: {},
  status: 'completed',
  outputs: [],
  cost: 5,
  requestedAt: at,
  endedAt: at,
};

const refunds: Rule[] = [
  ['of a completed job is what it was charged, not what was held', done, refund(), [refunded(3)]],
  ['comes once, whoever asks again and why', [...done, refunded(3)], refund('another reason', late), []],
  ['goes on behind its owner’s removal of it', [...done, removed], refund(), [refunded(3)]],
  ['that came before the removal stays the only one', [...done, refunded(3), removed], refund(), []],
  ['that came behind the removal as well', [...done, removed, refunded(3)], refund(), []],
  ['is nothing of what was charged elsewhere', [imported], refund(), 'job-not-charged'],
  ['nor of that when it was removed', [imported, removed], refund(), 'job-not-charged'],
  ['of what was charged elsewhere stays, where it was given', [imported, refunded(5)], refund(), []],
  ['nor of a job that cost nothing', [...underWay, succeeded(0)], refund(), 'job-not-charged'],
  ['nor of one that failed', [...underWay, failed('failed')], refund(), 'job-not-charged'],
  ['nor of one that was cancelled', [requested, cancelled], refund(), 'job-not-charged'],
  ['nor of one that was cancelled and removed', [requested, cancelled, removed], refund(), 'job-not-charged'],
  ['nor of one that waits', [requested], refund(), 'job-not-charged'],
  ['nor of one that is worked on', underWay, refund(), 'job-not-charged'],
  ['nor of one that is not there', [], refund(), 'job-not-found'],
];
describe('PP13 FS9 a refund', () => void test.each(refunds)('%s', holds));

const stateAfter = (...history: readonly JobEvent[]) => history.reduce(job.evolve, job.initialState);

test('I4 a refunded job is completed and charged as before, and says what came back', () => {
  const before = stateAfter(...done);
  expect(stateAfter(...done, refunded(3))).toEqual({ ...before, refunded: { credits: 3, at } });
  expect(chargeOf(stateAfter(...done, removed, refunded(3)))).toMatchObject({ cost: 3, refunded: { credits: 3, at } });
});

test('what its owner does later takes no refund away', () => {
  const changes: JobCommand[] = [
    { type: 'RenameJob', at, title: 'Mine' },
    { type: 'FavourJob', at, favourite: true },
    { type: 'RecordLateAnswer', at, taskId: 't' },
    { type: 'RemoveJob', at },
  ];
  let state = stateAfter(...done, refunded(3));
  for (const change of changes) {
    const decision = job.decide(change, state);
    state = decision.accepted ? decision.events.reduce(job.evolve, state) : state;
    expect(chargeOf(state)?.refunded).toEqual({ credits: 3, at });
  }
  expect(state.status).toBe('removed');
});
