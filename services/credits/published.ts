/** What the bus hears of an account, in the words of `contracts.ts`: all but the user's own settings. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { CreditsEvent } from './contracts.ts';
import type { AccountEvent, Rows } from './domain/events.ts';
import { type Account, available, isoTime, total } from './domain/state.ts';

type Published = { [Event in CreditsEvent as Event['type']]: Pick<Event, 'type' | 'data'> }[CreditsEvent['type']];

const list = (rows: Rows) =>
  Object.entries(rows)
    .map(([grantId, credits]) => ({ grantId, credits }))
    .toSorted((a, b) => (a.grantId < b.grantId ? -1 : 1));

const debtOf = (state: Account): number => (state.status === 'unopened' ? 0 : (state.debt ?? 0));

/** Nothing for what only concerns the account itself. */
export const toPublished = ({ event, state }: RecordedEvent<AccountEvent, Account>): Published | undefined => {
  const left = { available: available(state) };
  switch (event.type) {
    case 'AccountOpened':
      return { type: 'AccountOpened', data: {} };
    case 'CreditsGranted': {
      const { grantId, kind, credits, expiresAt, imported } = event;
      const expiry = expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) };
      const origin = imported === undefined ? {} : { imported };
      return { type: 'CreditsGranted', data: { grantId, kind, credits, ...expiry, ...origin, ...left } };
    }
    case 'CreditsHeld': {
      const { holdId, tool, rows } = event;
      return { type: 'CreditsHeld', data: { holdId, tool, credits: total(rows), rows: list(rows), ...left } };
    }
    case 'HoldSettled': {
      const { holdId, tool, spent } = event;
      return { type: 'HoldSettled', data: { holdId, tool, spent: list(spent), credits: total(spent), ...left } };
    }
    case 'HoldReleased': {
      const { holdId, tool, reason, returned } = event;
      return { type: 'HoldReleased', data: { holdId, tool, credits: total(returned), reason, ...left } };
    }
    case 'GrantsExpired':
      return { type: 'GrantsExpired', data: { rows: list(event.rows), credits: total(event.rows), ...left } };
    case 'AccountClosed':
      return { type: 'AccountClosed', data: { forfeited: total(event.forfeited) } };
    case 'PlanChanged':
      return { type: 'PlanChanged', data: { plan: event.plan, ...left } };
    case 'CreditsAdjusted': {
      const { adjustmentId, credits, rows, job } = event;
      const ofJob = job === undefined ? {} : { jobId: job.id };
      return { type: 'CreditsAdjusted', data: { adjustmentId, credits, rows: list(rows), ...ofJob, ...left } };
    }
    case 'GrantRevoked': {
      const { revocationId, grantId, credits, reason, rows, debt = 0 } = event;
      const data = { revocationId, grantId, credits, reason, rows: list(rows), debt, ...left };
      return { type: 'GrantRevoked', data };
    }
    case 'DebtRepaid': {
      const { rows } = event;
      return { type: 'DebtRepaid', data: { rows: list(rows), credits: total(rows), debt: debtOf(state), ...left } };
    }
    case 'GrantReinstated': {
      const { revocationId, grantId, credits, debtCancelled = 0 } = event;
      return { type: 'GrantReinstated', data: { revocationId, grantId, credits, debtCancelled, ...left } };
    }
    case 'LowBalanceReached':
      return { type: 'LowBalanceReached', data: { below: event.below, available: event.available } };
    case 'TopUpRequested':
      return { type: 'TopUpRequested', data: { topUpId: event.topUpId, packId: event.packId, ...left } };
    case 'TopUpEnded':
      return { type: 'TopUpEnded', data: { topUpId: event.topUpId, outcome: event.outcome } };
    case 'AlertSet':
    case 'TopUpSet':
      return undefined;
  }
};
