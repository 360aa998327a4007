/**
 * Automatic top-ups: when the balance is below what the user set, billing is asked to buy a pack. Not again while one is
 * pending, shortly after one was paid, or ever longer after each that was declined; and only so many a month.
 */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import type { EndTopUp, SetTopUp } from './commands.ts';
import type { AccountDecision } from './decision.ts';
import type { AccountEvent } from './events.ts';
import { available, epochSeconds, isoTime, type Ledger } from './state.ts';

/** Time for the credits of a paid one to arrive. */
export const cooldownS = 600;
/** Billing that has not answered by then is asked again, for the very same top-up: it may still hear both, and buys once by the id. */
export const pendingLapsesS = 86_400;
const firstBackOffS = 3_600;
const longestBackOffS = 7 * 86_400;

/** 1 h, 4 h, 16 h, 64 h, then 7 days. */
export const backOffS = (declines: number): number => Math.min(firstBackOffS * 4 ** (declines - 1), longestBackOffS);

/** In UTC, because not every command knows the app's zone. */
const monthAt = (now: number): number => Number(isoTime(now).slice(0, 7).replace('-', ''));

export const setTopUp = ({ topUp }: SetTopUp, ledger: Ledger): AccountDecision => {
  if (ledger.status === 'closed') return reject('account-closed');
  const { below, packId, maxPerMonth } = ledger.topUp ?? {};
  if (topUp?.below === below && topUp?.packId === packId && topUp?.maxPerMonth === maxPerMonth) return accept();
  return accept<AccountEvent>({ type: 'TopUpSet', topUp });
};

/** One that is not pending has ended before. Billing grants the pack's credits before it says `paid`. */
export const endTopUp = ({ topUpId, outcome, at }: EndTopUp, { topUps }: Ledger): AccountDecision => {
  if (topUps?.pending?.id !== topUpId) return accept();
  const pauseS = outcome === 'paid' ? cooldownS : backOffS((topUps.declines ?? 0) + 1);
  return accept<AccountEvent>({ type: 'TopUpEnded', topUpId, outcome, notBefore: epochSeconds(at) + pauseS });
};

export const topUpDue = (ledger: Ledger, now: number): AccountEvent[] => {
  const { status, topUp, topUps, debt } = ledger;
  // Whoever took a payment back is not charged again without being asked.
  if (status === 'closed' || !topUp || debt !== undefined || available(ledger, now) >= topUp.below) return [];
  const isPending = topUps?.pending !== undefined && topUps.pending.since + pendingLapsesS > now;
  if (isPending || (topUps?.notBefore ?? 0) > now) return [];
  if (topUps?.pending)
    return [
      {
        type: 'TopUpRequested',
        topUpId: topUps.pending.id,
        packId: topUp.packId,
        month: topUps.month,
        requestedAt: now,
      },
    ];
  const month = Math.max(monthAt(now), topUps?.month ?? 0);
  const { requested, declined = 0 } = topUps?.month === month ? topUps : { requested: 0 };
  if (requested - declined >= topUp.maxPerMonth) return [];
  const topUpId = `topup-${month}-${requested + 1}`;
  return [{ type: 'TopUpRequested', topUpId, packId: topUp.packId, month, requestedAt: now }];
};
