/** What each event means for an account's state. */
import { fingerprint } from '#shared/ids.ts';
import type { AccountEvent, Rows } from './events.ts';
import { type Account, type Grant, type Hold, type Ledger, openHold, total, withClosedHold } from './state.ts';

type Grants = Ledger['grants'];

const newLedger: Ledger = {
  status: 'open',
  grants: {},
  holds: {},
  closedHolds: '',
  totals: { granted: 0, spent: 0 },
};

/** Adds to what grants have left, or takes from it. */
const move = (grants: Grants, rows: Rows, direction: 1 | -1): Grants => {
  const changed = Object.entries(rows).map(([id, credits]): [string, Grant] => {
    const grant = Object.hasOwn(grants, id) ? grants[id] : undefined;
    if (!grant) throw new Error(`grant ${id} is not in the account`);
    return [id, { ...grant, left: grant.left + direction * credits }];
  });
  return { ...grants, ...Object.fromEntries(changed) };
};

/** Forgets grants that have nothing left and get nothing back, so that the state does not grow with the past. */
const withoutUsedUp = (ledger: Ledger): Ledger => {
  const awaited = new Set(Object.values(ledger.holds).flatMap(({ rows }) => Object.keys(rows)));
  const kept = Object.entries(ledger.grants).filter(([id, { left }]) => left > 0 || awaited.has(id));
  return { ...ledger, grants: Object.fromEntries(kept) };
};

const countHeld = ({ today }: Ledger, day: number, credits: number): Pick<Ledger, 'today'> => {
  if (today && today.day > day) return { today };
  return { today: { day, spent: (today?.day === day ? today.spent : 0) + credits } };
};

const uncount = ({ today }: Ledger, { day }: Hold, credits: number): Pick<Ledger, 'today'> => {
  if (!today) return {};
  return { today: today.day === day ? { day, spent: today.spent - credits } : today };
};

/** Ends a hold: some of it is spent, some goes back to the grants it came from. */
const endHold = (ledger: Ledger, holdId: string, spent: Rows, returned: Rows): Ledger => {
  const hold = openHold(ledger, holdId);
  if (!hold) throw new Error(`hold ${holdId} is not open`);
  const key = fingerprint(holdId);
  return withoutUsedUp({
    ...ledger,
    grants: move(ledger.grants, returned, 1),
    holds: Object.fromEntries(Object.entries(ledger.holds).filter(([other]) => other !== key)),
    closedHolds: withClosedHold(ledger.closedHolds, holdId),
    totals: { ...ledger.totals, spent: ledger.totals.spent + total(spent) },
    ...uncount(ledger, hold, total(returned)),
  });
};

/** A stream begins with AccountOpened; anything else means that it is not an account's or was damaged. */
const opened = (account: Account, { type }: AccountEvent): Ledger => {
  if (account.status === 'unopened') throw new Error(`${type} in an account that was never opened`);
  return account;
};

export const evolve = (account: Account, event: AccountEvent): Account => {
  if (event.type === 'AccountOpened') return newLedger;
  const ledger = opened(account, event);
  const { grants, holds, totals } = ledger;
  switch (event.type) {
    case 'CreditsGranted': {
      const { grantId, kind, credits, grantedAt, expiresAt, priority } = event;
      const grant: Grant = {
        kind,
        left: credits,
        from: grantedAt,
        ...(expiresAt === undefined ? {} : { until: expiresAt }),
        ...(priority === undefined ? {} : { priority }),
      };
      return {
        ...ledger,
        grants: { ...grants, [grantId]: grant },
        totals: { ...totals, granted: totals.granted + credits },
      };
    }
    case 'CreditsHeld': {
      const { holdId, rows, expiresAt, day } = event;
      return {
        ...ledger,
        grants: move(grants, rows, -1),
        holds: { ...holds, [fingerprint(holdId)]: { rows, until: expiresAt, day } },
        ...countHeld(ledger, day, total(rows)),
      };
    }
    case 'HoldSettled':
      return endHold(ledger, event.holdId, event.spent, event.returned ?? {});
    case 'HoldReleased':
      return endHold(ledger, event.holdId, {}, event.returned);
    case 'GrantsExpired':
      return withoutUsedUp({
        ...ledger,
        grants: move(grants, event.rows, -1),
        totals: { ...totals, expired: (totals.expired ?? 0) + total(event.rows) },
      });
    case 'AccountClosed': {
      const { forfeited } = event;
      const revoked = (totals.revoked ?? 0) + total(forfeited);
      return withoutUsedUp({
        ...ledger,
        status: 'closed',
        grants: move(grants, forfeited ?? {}, -1),
        totals: { ...totals, ...(revoked > 0 ? { revoked } : {}) },
      });
    }
  }
};
