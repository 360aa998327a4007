/**
 * The invariants of the design, checked over everything the events tables hold: I1 conservation, I2 never negative,
 * I3 every hold ends once, I4 completed means charged, I5 a payment grants once and a refund revokes once, I6 gapless
 * chained streams whose states are the folds, I7 every row of a read model is what the newest event makes it.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { definitions } from '#apps';
import { account, accountStream } from '#services/credits/domain/account.ts';
import { available, held, total } from '#services/credits/domain/state.ts';
import { balanceOf } from '#services/credits/read-models/balances.ts';
import { isOver, type Job, job, parseJobStream } from '#services/generation/domain/job.ts';
import { rowOf } from '#services/generation/read-models/jobs.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { ownerKey, parseOwnerKey } from '#shared/owner.ts';
import { moneyViolations } from './money-invariants.ts';
import {
  type AccountEvents,
  chainViolations,
  type EventOf,
  isSubset,
  readRows,
  readStreams,
  type StateOf,
  type Violation,
} from './streams.ts';

type JobEvents = readonly RecordedEvent<EventOf<typeof job>, StateOf<typeof job>>[];

/** What an event must be the only one of, in its stream. */
const onceFor = (event: AccountEvents[number]['event']): string | undefined => {
  switch (event.type) {
    case 'CreditsGranted':
      return `grant ${event.grantId}`;
    case 'CreditsAdjusted':
      return `adjustment ${event.adjustmentId}`;
    case 'GrantRevoked':
      return `revocation ${event.revocationId}`;
    case 'GrantReinstated':
      return `reinstatement ${event.revocationId}`;
    default:
      return undefined;
  }
};

/** I5 of one account. */
const repetitions = (stream: string, events: AccountEvents): Violation[] => {
  const seen = new Set<string>();
  return events.flatMap(({ version, event }): Violation[] => {
    const key = onceFor(event);
    if (key === undefined) return [];
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated ? [{ invariant: 'I5', stream, what: `version ${version}: ${key} happened twice` }] : [];
  });
};

/** I1, I2 and I3 of one account. */
const accountViolations = (stream: string, events: AccountEvents): Violation[] => {
  const violations: Violation[] = [];
  const holds = new Map<string, number>();
  for (const { version, event, state } of events) {
    if (event.type === 'CreditsHeld') holds.set(event.holdId, 0);
    if (event.type === 'HoldSettled' || event.type === 'HoldReleased')
      holds.set(event.holdId, (holds.get(event.holdId) ?? 0) + 1);
    if (state.status === 'unopened') continue;
    const { granted, spent, expired = 0, revoked = 0 } = state.totals;
    const accounted = available(state) + held(state) + spent + expired + revoked;
    if (granted !== accounted)
      violations.push({
        invariant: 'I1',
        stream,
        what: `version ${version}: granted ${granted}, accounted for ${accounted}`,
      });
    const negative = Object.entries(state.grants).find(([, { left }]) => left < 0);
    if (negative)
      violations.push({ invariant: 'I2', stream, what: `version ${version}: grant ${negative[0]} is below zero` });
    if (state.debt !== undefined && state.debt <= 0)
      violations.push({ invariant: 'I2', stream, what: `version ${version}: a debt of ${state.debt}` });
  }
  for (const [holdId, endings] of holds)
    if (endings !== 1) violations.push({ invariant: 'I3', stream, what: `hold ${holdId} ended ${endings} times` });
  return violations;
};

/** What it must have been charged. That its owner removed it changes nothing of that. */
const dueOf = (state: Job): number => {
  if (state.status === 'removed') return state.ended.cost;
  return state.status === 'completed' ? state.cost : 0;
};

/** I4 of one job: its hold ended as the job did, and it was charged what it says it cost. I5: what was refunded came back once. */
const jobViolations = (
  stream: string,
  events: JobEvents,
  accounts: ReadonlyMap<string, AccountEvents>,
): Violation[] => {
  const { owner, id } = parseJobStream(stream);
  const ledger = (accounts.get(accountStream(owner)) ?? []).map(({ event }) => event);
  const endings = ledger.filter(
    (event) => (event.type === 'HoldSettled' || event.type === 'HoldReleased') && event.holdId === id,
  );
  const charged = endings.reduce((sum, event) => sum + (event.type === 'HoldSettled' ? total(event.spent) : 0), 0);
  const state = events.at(-1)?.state;
  if (!state || state.status === 'pending') return [{ invariant: 'I4', stream, what: 'the job was never requested' }];
  // It was charged where the app was before.
  const isImported = events[0]?.event.type === 'JobImported';
  const due = isImported ? 0 : dueOf(state);
  const violations: Violation[] = [];
  if (!isOver(state)) violations.push({ invariant: 'I4', stream, what: `the job is still ${state.status}` });
  if (charged !== due)
    violations.push({ invariant: 'I4', stream, what: `${state.status}, due ${due}, charged ${charged}` });
  const owed = events.reduce((sum, { event }) => sum + (event.type === 'JobRefunded' ? event.credits : 0), 0);
  const back = ledger.reduce(
    (sum, event) => sum + (event.type === 'CreditsAdjusted' && event.job?.id === id ? event.credits : 0),
    0,
  );
  // Of an account that was closed first nothing can come back.
  const isClosed = ledger.at(-1)?.type === 'AccountClosed';
  if (back !== owed && !(isClosed && back === 0))
    violations.push({ invariant: 'I5', stream, what: `refunded ${owed}, came back ${back}` });
  return violations;
};

export interface Checked {
  readonly violations: readonly Violation[];
  readonly accounts: ReadonlyMap<string, AccountEvents>;
  readonly jobs: ReadonlyMap<string, JobEvents>;
}

/** Of users who left no rows remain, though the events of their jobs do. */
const leftOwners = async (client: DynamoDBDocumentClient, table: string): Promise<ReadonlySet<string>> => {
  const users = await readRows(client, table);
  return new Set([...users.values()].flatMap(({ owner, status }) => (status === 'deleted' ? [String(owner)] : [])));
};

/** I7: the rows of both read models against the newest event of each stream. */
const projectionViolations = async (
  client: DynamoDBDocumentClient,
  tables: Tables,
  accounts: ReadonlyMap<string, AccountEvents>,
  jobs: ReadonlyMap<string, JobEvents>,
): Promise<Violation[]> => {
  const hasLeft = await leftOwners(client, tables.users);
  const balances = await readRows(client, tables.balances);
  const jobRows = await readRows(client, tables.jobs);
  const definitionOf = new Map(definitions.map((definition) => [definition.id, definition]));
  const stale: Violation[] = [];
  for (const [stream, events] of accounts) {
    const newest = events.at(-1);
    const expected = newest && balanceOf(newest, definitionOf.get(parseOwnerKey(stream).app));
    if (expected && !isSubset(expected, balances.get(JSON.stringify([stream, '']))))
      stale.push({ invariant: 'I7', stream, what: `the balances row is not what version ${newest.version} makes it` });
  }
  for (const [stream, events] of jobs) {
    // A late answer changes nothing that a row shows.
    const newest = events.findLast(({ event }) => event.type !== 'LateAnswerRecorded');
    const { owner, id } = parseJobStream(stream);
    const expected = newest && rowOf(newest);
    const row = jobRows.get(JSON.stringify([ownerKey(owner), id]));
    if (hasLeft.has(ownerKey(owner)) || (newest?.state.status === 'removed' && row === undefined)) continue;
    if (expected && !isSubset(expected, row))
      stale.push({ invariant: 'I7', stream, what: `the jobs row is not what version ${newest.version} makes it` });
  }
  if (balances.size !== accounts.size)
    stale.push({ invariant: 'I7', stream: '', what: `${balances.size} balances of ${accounts.size} accounts` });
  // What is left of a removed job's row goes by itself, some day.
  const remaining = [...jobs].filter(
    ([stream, events]) =>
      !hasLeft.has(ownerKey(parseJobStream(stream).owner)) && events.at(-1)?.state.status !== 'removed',
  );
  const shown = [...jobRows.values()].filter(({ removed }) => removed !== true);
  if (shown.length !== remaining.length)
    stale.push({ invariant: 'I7', stream: '', what: `${shown.length} job rows of ${remaining.length} jobs` });
  return stale;
};

/** Names of the tables that are checked. */
export interface Tables {
  readonly credits: string;
  readonly generation: string;
  readonly balances: string;
  readonly jobs: string;
  readonly users: string;
  readonly billing: string;
  readonly payments: string;
}

/** Reads the events tables whole and checks every stream. Call it when nothing is in flight. */
export const checkInvariants = async (client: DynamoDBDocumentClient, tables: Tables): Promise<Checked> => {
  const accounts = await readStreams<EventOf<typeof account>, StateOf<typeof account>>(client, tables.credits);
  const jobs = await readStreams<EventOf<typeof job>, StateOf<typeof job>>(client, tables.generation);
  const violations = [
    ...chainViolations(account, accounts),
    ...chainViolations(job, jobs),
    ...[...accounts].flatMap(([stream, events]) => accountViolations(stream, events)),
    ...[...accounts].flatMap(([stream, events]) => repetitions(stream, events)),
    ...[...jobs].flatMap(([stream, events]) => jobViolations(stream, events, accounts)),
    ...(await projectionViolations(client, tables, accounts, jobs)),
    ...(await moneyViolations(client, tables, accounts)),
  ];
  return { violations, accounts, jobs };
};
