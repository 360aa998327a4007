/**
 * A copy of all that services hold of a user. It is asked for, each service adds its part, and the file made of all parts is kept for
 * a week. One at a time: who asks again meanwhile is told how far it is.
 */
import type { ActiveUser, RecordedExport, UserChange } from '../domain/user.ts';

const hourMs = 3_600_000;

/** An export that is older is made anew. */
const freshMs = 24 * hourMs;
/** A part is missing for a reason by then: so it may be begun anew. */
const stuckMs = hourMs;
/** Days after which the bucket drops parts and files. */
export const keptDays = 7;

/** What is known of the finished file. */
export interface Made {
  readonly bytes: number;
  readonly made_at: string;
}
export type ReadyExport = RecordedExport & { readonly status: 'ready' } & Made;

export const isReady = (one: RecordedExport): one is ReadyExport => one.status === 'ready';

const isDue = (one: RecordedExport | undefined, at: string): boolean => {
  if (!one) return true;
  const ageMs = Date.parse(at) - Date.parse(isReady(one) ? one.made_at : one.requested_at);
  return ageMs >= (isReady(one) ? freshMs : stuckMs);
};

/** Asked for at this time: a new one where there is none that will do. `id`: of the new one. */
export const exportAsked = (user: ActiveUser, at: string, id: string): UserChange =>
  isDue(user.export, at) ? { export: { id, status: 'preparing', requested_at: at } } : {};

/** Made of all parts. Nothing for one that is ready, or that another took the place of. */
export const exportMade = (user: ActiveUser, id: string, made: Made): UserChange =>
  user.export?.id === id && user.export.status === 'preparing'
    ? { export: { ...user.export, status: 'ready', ...made } }
    : {};

export const keptUntil = ({ made_at }: Made): string =>
  new Date(Date.parse(made_at) + keptDays * 24 * hourMs).toISOString();
