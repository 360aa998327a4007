/**
 * The invariants of the design, checked over everything the events tables hold: I1 conservation, I2 never negative,
 * I3 every hold ends once, I4 completed means charged, I6 gapless chained streams whose states are the folds.
 */
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { account, accountStream } from '#services/credits/domain/account.ts';
import { available, held, total } from '#services/credits/domain/state.ts';
import { isEnded, job, parseJobStream } from '#services/generation/domain/job.ts';
import type { Decider, DomainEvent } from '#shared/eventsourcing/decider.ts';
import { type EventItem, fromItem, markerPrefix } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { verifyStream } from '#shared/eventsourcing/verify-stream.ts';

export interface Violation {
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I6';
  readonly stream: string;
  readonly what: string;
}

type EventOf<D> = D extends Decider<infer _State, infer _Command, infer Event, infer _Rejection> ? Event : never;
type StateOf<D> = D extends Decider<infer State, infer _Command, infer _Event, infer _Rejection> ? State : never;
type AccountEvents = readonly RecordedEvent<EventOf<typeof account>, StateOf<typeof account>>[];
type JobEvents = readonly RecordedEvent<EventOf<typeof job>, StateOf<typeof job>>[];

/** Every stream of a table, its events oldest first. */
export const readStreams = async <Event extends DomainEvent, State>(
  client: DynamoDBDocumentClient,
  table: string,
): Promise<Map<string, RecordedEvent<Event, State>[]>> => {
  const streams = new Map<string, RecordedEvent<Event, State>[]>();
  for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const item of Items as EventItem[]) {
      if (item.stream.startsWith(markerPrefix)) continue;
      const events = streams.get(item.stream) ?? [];
      events.push(fromItem<Event, State>(item));
      streams.set(item.stream, events);
    }
  }
  for (const events of streams.values()) events.sort((one, other) => one.version - other.version);
  return streams;
};

/** I1, I2, I3 and I6 of one account. */
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
  }
  for (const [holdId, endings] of holds)
    if (endings !== 1) violations.push({ invariant: 'I3', stream, what: `hold ${holdId} ended ${endings} times` });
  return violations;
};

/** I4 of one job: its hold ended as the job did, and it was charged what it says it cost. */
const jobViolations = (
  stream: string,
  events: JobEvents,
  accounts: ReadonlyMap<string, AccountEvents>,
): Violation[] => {
  const { owner, id } = parseJobStream(stream);
  const endings = (accounts.get(accountStream(owner)) ?? [])
    .map(({ event }) => event)
    .filter((event) => (event.type === 'HoldSettled' || event.type === 'HoldReleased') && event.holdId === id);
  const charged = endings.reduce((sum, event) => sum + (event.type === 'HoldSettled' ? total(event.spent) : 0), 0);
  const state = events.at(-1)?.state;
  if (!state || state.status === 'pending') return [{ invariant: 'I4', stream, what: 'the job was never requested' }];
  const due = state.status === 'completed' ? state.cost : 0;
  const isOver = isEnded(state);
  const violations: Violation[] = [];
  if (!isOver) violations.push({ invariant: 'I4', stream, what: `the job is still ${state.status}` });
  if (charged !== due)
    violations.push({ invariant: 'I4', stream, what: `${state.status}, due ${due}, charged ${charged}` });
  return violations;
};

const chainViolations = <Event extends DomainEvent, State>(
  decider: Pick<Decider<State, never, Event, never>, 'initialState' | 'evolve'>,
  streams: ReadonlyMap<string, readonly RecordedEvent<Event, State>[]>,
): Violation[] =>
  [...streams].flatMap(([stream, events]) => {
    const fault = verifyStream(decider, events);
    return fault ? [{ invariant: 'I6' as const, stream, what: `version ${fault.version}: ${fault.fault}` }] : [];
  });

export interface Checked {
  readonly violations: readonly Violation[];
  readonly accounts: ReadonlyMap<string, AccountEvents>;
  readonly jobs: ReadonlyMap<string, JobEvents>;
}

/** Reads both events tables whole and checks every stream. Call it when nothing is in flight. */
export const checkInvariants = async (
  client: DynamoDBDocumentClient,
  tables: { readonly credits: string; readonly generation: string },
): Promise<Checked> => {
  const accounts = await readStreams<EventOf<typeof account>, StateOf<typeof account>>(client, tables.credits);
  const jobs = await readStreams<EventOf<typeof job>, StateOf<typeof job>>(client, tables.generation);
  const violations = [
    ...chainViolations(account, accounts),
    ...chainViolations(job, jobs),
    ...[...accounts].flatMap(([stream, events]) => accountViolations(stream, events)),
    ...[...jobs].flatMap(([stream, events]) => jobViolations(stream, events, accounts)),
  ];
  return { violations, accounts, jobs };
};
