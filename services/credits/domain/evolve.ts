/** What each event means for an account's state. */
import { fingerprint } from '#shared/ids.ts';
import { reinstatedGrantId } from './clawback.ts';
import { maxRevocations } from './decision.ts';
import type { AccountEvent, Rows } from './events.ts';
import { withRecentHold } from './recent-holds.ts';
import {
  type Account,
  closedHoldsKeptWithRecent,
  type Grant,
  type Hold,
  type Ledger,
  newestClosedHolds,
  openHold,
  total,
  withClosedHold,
} from './state.ts';

type EventOf<Type extends AccountEvent['type']> = Extract<AccountEvent, { type: Type }>;

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

/** Without a time the hold is one of an app that does not limit jobs by the hour, or of the days before that was kept. */
const countRecent = ({ recent, closedHolds }: Ledger, at: number | undefined): Partial<Ledger> =>
  at === undefined
    ? {}
    : {
        recent: withRecentHold(recent, at),
        closedHolds: newestClosedHolds(closedHolds, closedHoldsKeptWithRecent),
      };

const beginHold = (ledger: Ledger, { holdId, rows, expiresAt, day, at, pro }: EventOf<'CreditsHeld'>): Ledger => ({
  ...ledger,
  grants: move(ledger.grants, rows, -1),
  holds: { ...ledger.holds, [holdId]: { rows, until: expiresAt, day, ...(pro ? { pro } : {}) } },
  ...countHeld(ledger, day, total(rows)),
  ...countRecent(ledger, at),
});

/** Ends a hold: some of it is spent, some goes back to the grants it came from. */
const endHold = (ledger: Ledger, holdId: string, spent: Rows, returned: Rows): Ledger => {
  const hold = openHold(ledger, holdId);
  if (!hold) throw new Error(`hold ${holdId} is not open`);
  return withoutUsedUp({
    ...ledger,
    grants: move(ledger.grants, returned, 1),
    holds: Object.fromEntries(Object.entries(ledger.holds).filter(([other]) => other !== holdId)),
    closedHolds: withClosedHold(ledger.closedHolds, holdId),
    totals: { ...ledger.totals, spent: ledger.totals.spent + total(spent) },
    ...uncount(ledger, hold, total(returned)),
  });
};

/** A grant that was not there before. */
const addGrant = (ledger: Ledger, id: string, grant: Grant): Ledger => ({
  ...ledger,
  grants: { ...ledger.grants, [id]: grant },
});

const addGranted = (ledger: Ledger, event: EventOf<'CreditsGranted'>): Ledger => {
  const { grantId, kind, credits, grantedAt, expiresAt, priority, day, month, order } = event;
  const added = addGrant(ledger, grantId, {
    kind,
    left: credits,
    from: grantedAt,
    ...(expiresAt === undefined ? {} : { until: expiresAt }),
    ...(priority === undefined ? {} : { priority }),
  });
  return {
    ...added,
    totals: { ...ledger.totals, granted: ledger.totals.granted + credits },
    ...(day === undefined ? {} : { dailyDay: day }),
    ...(month === undefined ? {} : { planMonth: month }),
    ...(order === undefined ? {} : { periodOrder: Math.max(order, ledger.periodOrder ?? 0) }),
  };
};

const expire = (ledger: Ledger, rows: Rows): Ledger =>
  withoutUsedUp({
    ...ledger,
    grants: move(ledger.grants, rows, -1),
    totals: { ...ledger.totals, expired: (ledger.totals.expired ?? 0) + total(rows) },
  });

/** Takes from grants what is neither spent nor expired. */
const takeBack = (ledger: Ledger, rows: Rows | undefined): Ledger => {
  const revoked = (ledger.totals.revoked ?? 0) + total(rows);
  return withoutUsedUp({
    ...ledger,
    grants: move(ledger.grants, rows ?? {}, -1),
    totals: { ...ledger.totals, ...(revoked > 0 ? { revoked } : {}) },
  });
};

const withDebt = ({ debt: before = 0, ...ledger }: Ledger, change: number): Ledger => {
  const debt = before + change;
  return debt > 0 ? { ...ledger, debt } : ledger;
};

const adjust = (ledger: Ledger, { adjustmentId, credits, rows, adjustedAt }: EventOf<'CreditsAdjusted'>): Ledger => {
  if (credits < 0) return takeBack(ledger, rows);
  const { totals } = ledger;
  const added = addGrant(ledger, adjustmentId, { kind: 'adjustment', left: credits, from: adjustedAt });
  return { ...added, totals: { ...totals, granted: totals.granted + credits } };
};

const revoke = (
  ledger: Ledger,
  { revocationId, grantId, credits, rows, debt = 0 }: EventOf<'GrantRevoked'>,
): Ledger => ({
  ...withDebt(takeBack(ledger, rows), debt),
  revocations: [
    ...(ledger.revocations ?? []),
    { id: fingerprint(revocationId), credits, grant: fingerprint(grantId) },
  ].slice(-maxRevocations),
});

const reinstate = (ledger: Ledger, event: EventOf<'GrantReinstated'>): Ledger => {
  const { revocationId, reinstatementId = revocationId, credits, kind, debtCancelled = 0, reinstatedAt } = event;
  const { revocations = [], ...rest } = withDebt(ledger, -debtCancelled);
  const key = fingerprint(revocationId);
  const others = revocations
    .map((revocation) =>
      revocation.id === key ? { ...revocation, credits: revocation.credits - credits } : revocation,
    )
    .filter((revocation) => revocation.credits > 0);
  const cancelled: Ledger = others.length > 0 ? { ...rest, revocations: others } : rest;
  const left = credits - debtCancelled;
  if (left === 0) return cancelled;
  const { totals } = cancelled;
  const added = addGrant(cancelled, reinstatedGrantId(reinstatementId), {
    kind,
    left,
    from: reinstatedAt,
    ...(event.expiresAt === undefined ? {} : { until: event.expiresAt }),
    ...(event.priority === undefined ? {} : { priority: event.priority }),
  });
  return { ...added, totals: { ...totals, revoked: (totals.revoked ?? 0) - left } };
};

const requestTopUp = (ledger: Ledger, { topUpId, month, requestedAt }: EventOf<'TopUpRequested'>): Ledger => {
  const { topUps } = ledger;
  const ofMonth = topUps?.month === month ? topUps : { month, requested: 0 };
  return {
    ...ledger,
    topUps: {
      ...ofMonth,
      ...(topUps?.declines === undefined ? {} : { declines: topUps.declines }),
      // Asked again after a lapse, it is the same one.
      requested: ofMonth.requested + (topUps?.pending?.id === topUpId ? 0 : 1),
      pending: { id: topUpId, since: requestedAt },
    },
  };
};

const endTopUp = (ledger: Ledger, { outcome, notBefore }: EventOf<'TopUpEnded'>): Ledger => {
  if (!ledger.topUps) throw new Error('no top-up was requested');
  const { month, requested, declined, declines = 0 } = ledger.topUps;
  const ofMonth = { month, requested, ...(declined === undefined ? {} : { declined }) };
  if (outcome === 'paid') return { ...ledger, topUps: { ...ofMonth, notBefore } };
  return { ...ledger, topUps: { ...ofMonth, declined: (declined ?? 0) + 1, declines: declines + 1, notBefore } };
};

/** A stream begins with AccountOpened; anything else means that it is not an account's or was damaged. */
const opened = (account: Account, { type }: AccountEvent): Ledger => {
  if (account.status === 'unopened') throw new Error(`${type} in an account that was never opened`);
  return account;
};

export const evolve = (account: Account, event: AccountEvent): Account => {
  if (event.type === 'AccountOpened') return newLedger;
  const ledger = opened(account, event);
  switch (event.type) {
    case 'CreditsGranted':
      return addGranted(ledger, event);
    case 'CreditsHeld':
      return beginHold(ledger, event);
    case 'HoldSettled':
      return endHold(ledger, event.holdId, event.spent, event.returned ?? {});
    case 'HoldReleased':
      return endHold(ledger, event.holdId, {}, event.returned);
    case 'GrantsExpired':
      return expire(ledger, event.rows);
    case 'AccountClosed':
      return { ...takeBack(ledger, event.forfeited), status: 'closed' };
    case 'PlanChanged':
      return { ...ledger, plan: event.plan, ...(event.order === undefined ? {} : { planOrder: event.order }) };
    case 'CreditsAdjusted':
      return adjust(ledger, event);
    case 'GrantRevoked':
      return revoke(ledger, event);
    case 'DebtRepaid':
      return withDebt(takeBack(ledger, event.rows), -total(event.rows));
    case 'GrantReinstated':
      return reinstate(ledger, event);
    case 'AlertSet': {
      const { alertBelow, ...rest } = ledger;
      return event.below === null ? rest : { ...rest, alertBelow: event.below };
    }
    case 'LowBalanceReached':
      return ledger;
    case 'TopUpSet': {
      const { topUp, ...rest } = ledger;
      return event.topUp === null ? rest : { ...rest, topUp: event.topUp };
    }
    case 'TopUpRequested':
      return requestTopUp(ledger, event);
    case 'TopUpEnded':
      return endTopUp(ledger, event);
  }
};
