/**
 * What was spent on which tool and day: one row for each settled hold, summed when asked. A row is made of its one event, under a
 * key of its own, so that duplicates and any order lead to the same table; a counter would need to know what it has counted.
 */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { AccountEvent } from '../domain/events.ts';
import { localDay } from '../domain/local-day.ts';
import { type Account, total } from '../domain/state.ts';

export interface Usage {
  /** `app#user`. */
  readonly owner: string;
  /** `<YYYYMMDD, in the app's zone>#<tool>#<hold id>`. */
  readonly sk: string;
  readonly tool: string;
  readonly credits: number;
  /** When it was settled, ISO-8601 UTC. */
  readonly at: string;
}

/** Nothing for an event that settles no hold. A day of an app that is not known any more is one of UTC. */
export const usageOf = (
  { stream, at, event }: RecordedEvent<AccountEvent, Account>,
  definition: AppDefinition | undefined,
): Usage | undefined =>
  event.type === 'HoldSettled'
    ? {
        owner: stream,
        sk: `${localDay(at, definition?.zone ?? 'UTC')}#${event.tool}#${event.holdId}`,
        tool: event.tool,
        credits: total(event.spent),
        at,
      }
    : undefined;
