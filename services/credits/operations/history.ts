/** One account's history, event by event: what each did to the balance, whether it is sound, and what became of every grant. */
import { readAll } from '#shared/eventsourcing/event-store.ts';
import type { AccountEvent } from '../domain/events.ts';
import { type Account, available, held } from '../domain/state.ts';
import type { AccountStore } from '../handle-account.ts';
import { type AccountRecord, accountCheck, type Finding } from './check-account.ts';

export interface HistoryRow {
  readonly version: number;
  readonly at: string;
  readonly event: AccountEvent['type'];
  /** What the event says, but for its rows. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
  /** Of what is available and of what is held. */
  readonly change: number;
  readonly available: number;
  readonly held: number;
  readonly actor: string;
  readonly id: string;
  /** `unknown` behind the first event that is wrong. */
  readonly chain: 'ok' | 'wrong' | 'unknown';
}

/** Where the credits of one grant went: granted = spent + held + expired + revoked + left. */
export interface GrantTotals {
  readonly grant: string;
  readonly kind: string;
  readonly granted: number;
  readonly spent: number;
  readonly held: number;
  readonly expired: number;
  readonly revoked: number;
  readonly left: number;
}

export interface History {
  readonly state: Account;
  readonly events: number;
  /** The newest ones, oldest first. */
  readonly rows: readonly HistoryRow[];
  readonly grants: readonly GrantTotals[];
  readonly finding: Finding | undefined;
}

type Counted = { kind: string } & Record<'granted' | 'held' | 'returned' | 'expired' | 'revoked', number>;

/** What it means when an event takes from a grant, or gives back; any other event grants or revokes. */
const movedAs = (type: AccountEvent['type']): 'held' | 'expired' | 'revoked' => {
  if (type === 'CreditsHeld' || type === 'HoldSettled' || type === 'HoldReleased') return 'held';
  return type === 'GrantsExpired' ? 'expired' : 'revoked';
};

const leftByGrant = (state: Account): ReadonlyMap<string, { readonly kind: string; readonly left: number }> =>
  new Map(state.status === 'unopened' ? [] : Object.entries(state.grants));

/** Counts what each grant gained and lost from one state to the next. */
const countGrants = () => {
  const counted = new Map<string, Counted>();
  let before = leftByGrant({ status: 'unopened' });
  const add = (grant: string, kind: string, type: AccountEvent['type'], change: number) => {
    const nothing = { kind, granted: 0, held: 0, returned: 0, expired: 0, revoked: 0 };
    const counts = counted.get(grant) ?? nothing;
    const moved = movedAs(type);
    const gained = moved === 'held' ? 'returned' : 'granted';
    const column = change > 0 ? gained : moved;
    counted.set(grant, { ...counts, [column]: counts[column] + Math.abs(change) });
  };
  return {
    next({ event, state }: AccountRecord): void {
      const after = leftByGrant(state);
      for (const grant of new Set([...before.keys(), ...after.keys()])) {
        const change = (after.get(grant)?.left ?? 0) - (before.get(grant)?.left ?? 0);
        const kind = after.get(grant)?.kind ?? before.get(grant)?.kind ?? '';
        if (change !== 0) add(grant, kind, event.type, change);
      }
      before = after;
    },
    totals(state: Account): GrantTotals[] {
      const holds = state.status === 'unopened' ? [] : Object.values(state.holds);
      return [...counted].map(([grant, { kind, granted, held: taken, returned, expired, revoked }]) => {
        const stillHeld = holds.reduce((sum, { rows }) => sum + (rows[grant] ?? 0), 0);
        const left = before.get(grant)?.left ?? 0;
        return { grant, kind, granted, spent: taken - returned - stillHeld, held: stillHeld, expired, revoked, left };
      });
    },
  };
};

const detailsOf = ({ type: _type, ...facts }: AccountEvent): HistoryRow['details'] =>
  Object.fromEntries(
    Object.entries<unknown>(facts).filter(
      (entry): entry is [string, string | number | boolean] => typeof entry[1] !== 'object',
    ),
  );

/** Reads the whole stream, page by page, and keeps the newest `last` rows. Undefined when there is no such account. */
export const historyOf = async (store: AccountStore, stream: string, last: number): Promise<History | undefined> => {
  const check = accountCheck();
  const grants = countGrants();
  const rows: HistoryRow[] = [];
  let state: Account = { status: 'unopened' };
  let finding: Finding | undefined;
  let events = 0;
  for await (const recorded of readAll(store, stream)) {
    const found = finding ? undefined : check.next(recorded);
    const chain = found ? 'wrong' : finding ? 'unknown' : 'ok';
    finding ??= found;
    grants.next(recorded);
    const { version, at, event, id, meta } = recorded;
    rows.push({
      version,
      at,
      event: event.type,
      details: detailsOf(event),
      change: available(recorded.state) - available(state),
      available: available(recorded.state),
      held: held(recorded.state),
      actor: meta.actor,
      id,
      chain,
    });
    if (rows.length > last) rows.shift();
    state = recorded.state;
    events += 1;
  }
  return events === 0 ? undefined : { state, events, rows, grants: grants.totals(state), finding };
};
