/** What the bus hears of an account, in the words of `contracts.ts`: all of it. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { CreditsEvent } from './contracts.ts';
import type { AccountEvent, Rows } from './domain/events.ts';
import { type Account, available, isoTime, total } from './domain/state.ts';

type Published = { [Event in CreditsEvent as Event['type']]: Pick<Event, 'type' | 'data'> }[CreditsEvent['type']];

const list = (rows: Rows) =>
  Object.entries(rows)
    .map(([grantId, credits]) => ({ grantId, credits }))
    .toSorted((a, b) => (a.grantId < b.grantId ? -1 : 1));

export const toPublished = ({ event, state }: RecordedEvent<AccountEvent, Account>): Published => {
  const left = { available: available(state) };
  switch (event.type) {
    case 'AccountOpened':
      return { type: 'AccountOpened', data: {} };
    case 'CreditsGranted': {
      const { grantId, kind, credits, expiresAt } = event;
      const expiry = expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) };
      return { type: 'CreditsGranted', data: { grantId, kind, credits, ...expiry, ...left } };
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
  }
};
