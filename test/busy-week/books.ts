/** What the ledgers say at the end of the week: sums of states, by app, without a look at any event. */

import type { KnownPayment } from '#services/billing/domain/payment-state.ts';
import { available, epochSeconds, held, isoTime, type Ledger } from '#services/credits/domain/state.ts';
import { isKnown } from '#services/generation/domain/job.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import { lastDay, type Week } from './week.ts';

type States = Week['states'];
const appOf = (stream: string): string => parseOwnerKey(stream).app;

/** Adds numbers under their keys, as a GROUP BY does. */
export const grouped = (
  entries: Iterable<readonly [key: string, values: readonly number[]]>,
): Record<string, number[]> => {
  const sums: Record<string, number[]> = {};
  for (const [key, values] of entries) sums[key] = values.map((value, index) => value + (sums[key]?.[index] ?? 0));
  return sums;
};

const ledgersOf = ({ accounts }: States): (readonly [stream: string, ledger: Ledger])[] =>
  [...accounts].flatMap(([stream, account]) => (account.status === 'unopened' ? [] : [[stream, account] as const]));

/** Open accounts, granted, spent, expired, revoked, held, remaining, debt. */
export const ledgerTotals = (states: States) =>
  grouped(
    ledgersOf(states).map(([stream, ledger]) => {
      const { granted, spent, expired = 0, revoked = 0 } = ledger.totals;
      const open = ledger.status === 'open' ? 1 : 0;
      const left = [held(ledger), available(ledger), ledger.debt ?? 0];
      return [appOf(stream), [open, granted, spent, expired, revoked, ...left]] as const;
    }),
  );

/** Remaining credits by `app kind expiry`, of grants that live at the end of the last day; `reinstated` is a kind here. */
export const liability = (states: States) => {
  const end = epochSeconds(`${lastDay}T23:59:59.000Z`);
  return grouped(
    ledgersOf(states).flatMap(([stream, { grants }]) =>
      Object.entries(grants)
        .filter(([, { left, until }]) => left > 0 && (until === undefined || until > end))
        .map(([id, { kind, until, left }]) => {
          const told = id.startsWith('reinstated-') ? 'reinstated' : kind;
          return [
            `${appOf(stream)} ${told} ${until === undefined ? '-' : isoTime(until).slice(0, 10)}`,
            [left],
          ] as const;
        }),
    ),
  );
};

/** Jobs and charged credits by `app status`; a job between two attempts is not told apart from one at work. */
export const jobsByStatus = ({ jobs }: States) =>
  grouped(
    [...jobs].flatMap(([stream, job]) => {
      const one = job.status === 'removed' ? job.ended : job;
      const status = one.status === 'queued' && isKnown(job) && job.attempts > 0 ? 'processing' : one.status;
      return [[`${appOf(stream)} ${status}`, [1, 'cost' in one ? one.cost : 0]] as const];
    }),
  );

export const capturedPayments = ({ payments }: States): (readonly [stream: string, payment: KnownPayment])[] =>
  [...payments].flatMap(([stream, payment]) => (payment.status === 'captured' ? [[stream, payment] as const] : []));

/** How many were captured, captured and refunded money, by `app currency item`. */
export const revenue = (states: States) =>
  grouped(
    capturedPayments(states).map(([stream, { currency, item, amountMinor, refundedMinor }]) => [
      `${appOf(stream)} ${currency} ${item}`,
      [1, amountMinor, refundedMinor],
    ]),
  );

/** Of money that was not what was asked for, by app. */
export const mismatchedMinor = ({ payments }: States) =>
  grouped(
    [...payments].flatMap(([stream, payment]) =>
      payment.status === 'unknown'
        ? []
        : (payment.mismatches ?? []).map(({ amountMinor }) => [appOf(stream), [amountMinor]] as const),
    ),
  );

/** Refunded money, disputes, won and lost ones, by app. */
export const moneyBack = (states: States) =>
  grouped(
    capturedPayments(states).map(([stream, { refundedMinor, disputes }]) => {
      const ended = (outcome: string) => disputes.filter(({ status }) => status === outcome).length;
      return [appOf(stream), [refundedMinor, disputes.length, ended('won'), ended('lost')]] as const;
    }),
  );

/** Accounts, and owners who paid, by app. */
export const accountsAndBuyers = (states: States) => {
  const buyers = new Set(capturedPayments(states).map(([stream]) => stream.split('#').slice(0, 2).join('#')));
  return grouped(ledgersOf(states).map(([stream]) => [appOf(stream), [1, buyers.has(stream) ? 1 : 0]]));
};

/** The 20 highest sums that an account spent. */
export const topSpent = (states: States): number[] =>
  ledgersOf(states)
    .map(([, { totals }]) => totals.spent)
    .toSorted((a, b) => b - a)
    .slice(0, 20);

/** Failed jobs by `app tool reason`. */
export const failures = ({ jobs }: States) =>
  grouped(
    [...jobs].flatMap(([stream, job]) => {
      const one = job.status === 'removed' ? { tool: job.tool, ...job.ended } : job;
      return one.status === 'failed' ? [[`${appOf(stream)} ${one.tool} ${one.reason}`, [1]] as const] : [];
    }),
  );

/** Completed jobs that a kept result answered, by app. */
export const cacheHits = ({ jobs }: States) =>
  grouped(
    [...jobs].flatMap(([stream, job]) =>
      job.status === 'completed' && job.servedFrom !== undefined ? [[appOf(stream), [1]] as const] : [],
    ),
  );

const dayMs = 86_400_000;

/** Users and those who came back, by `app streak`: counted day by day, as people would. */
export const retention = ({ jobs }: States) => {
  const days = new Map<string, Set<number>>();
  for (const [stream, job] of jobs) {
    if (job.status === 'pending') continue;
    const owner = stream.split('#').slice(0, 2).join('#');
    days.set(owner, (days.get(owner) ?? new Set()).add(Math.floor(Date.parse(job.requestedAt) / dayMs)));
  }
  const last = Date.parse(lastDay) / dayMs;
  return grouped(
    [...days].flatMap(([owner, active]) => {
      const streakAt = (day: number): number => (active.has(day) ? 1 + streakAt(day - 1) : 0);
      return [...active]
        .filter((day) => day < last)
        .map((day) => [`${appOf(owner)} ${streakAt(day)}`, [1, active.has(day + 1) ? 1 : 0]] as const);
    }),
  );
};
