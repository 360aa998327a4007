/**
 * What happens to an account. These are stored for ever: a change adds an optional field or a new event, and
 * `test/stored-events.v1.json` must always parse. Times are epoch seconds and rows say which grant gave how much,
 * both to keep the item of a generation's hold within one write unit (1,024 bytes).
 */
import * as z from 'zod';
import { grantKind, releaseReason } from '../contracts.ts';

/** Unique within an account for ever: `welcome`, `daily-2026-11-05`, a payment's id. */
export const grantId = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/);
export const holdId = z.string().min(1).max(64);
const credits = z.int().min(1).max(1_000_000);
const tool = z.string().max(60);
const epochSeconds = z.int().min(0);

/** Credits by grant. Their order means nothing: the grants' burn order decides. */
export const rows = z.record(grantId, credits);
export type Rows = Readonly<z.infer<typeof rows>>;

/** A day of the app's own zone as a number that reads as a date: 20261105. */
export const day = z.int().min(20_000_101).max(99_991_231);

export const accountOpened = z.strictObject({ type: z.literal('AccountOpened') });

export const creditsGranted = z.strictObject({
  type: z.literal('CreditsGranted'),
  grantId,
  kind: grantKind,
  credits,
  grantedAt: epochSeconds,
  /** Absent: never. */
  expiresAt: epochSeconds.optional(),
  /** Lower burns first. Absent: the kind's own. */
  priority: z.int().min(0).max(999).optional(),
});

export const creditsHeld = z.strictObject({
  type: z.literal('CreditsHeld'),
  holdId,
  tool,
  rows,
  expiresAt: epochSeconds,
  day,
});

export const holdSettled = z.strictObject({
  type: z.literal('HoldSettled'),
  holdId,
  tool,
  spent: rows,
  /** Absent: all was spent. */
  returned: rows.optional(),
});

export const holdReleased = z.strictObject({
  type: z.literal('HoldReleased'),
  holdId,
  tool,
  reason: releaseReason,
  returned: rows,
});

export const grantsExpired = z.strictObject({ type: z.literal('GrantsExpired'), rows });

export const accountClosed = z.strictObject({
  type: z.literal('AccountClosed'),
  /** Absent: nothing was left. */
  forfeited: rows.optional(),
});

export const accountEvent = z.discriminatedUnion('type', [
  accountOpened,
  creditsGranted,
  creditsHeld,
  holdSettled,
  holdReleased,
  grantsExpired,
  accountClosed,
]);
export type AccountEvent = Readonly<z.infer<typeof accountEvent>>;

/** An event as it was stored. @throws ZodError naming what does not fit. */
export const parseAccountEvent = (stored: unknown): AccountEvent => accountEvent.parse(stored);
