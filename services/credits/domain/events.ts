/**
 * What happens to an account. These are stored for ever: a change adds an optional field or a new event, and
 * `test/stored-events.v1.json` must always parse. Times are epoch seconds and rows say which grant gave how much,
 * both to keep the item of a generation's hold within one write unit (1,024 bytes).
 */
import * as z from 'zod';
import { grantKind, releaseReason, revocationReason, topUpOutcome } from '../contracts.ts';

/** Unique within an account for ever: `welcome`, `daily-2026-11-05`, a payment's id. */
export const grantId = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/);
export const holdId = z.string().min(1).max(64);
/** A pack gives a million and as many as a bonus at most. */
const credits = z.int().min(1).max(2_000_000);
const tool = z.string().max(60);
const epochSeconds = z.int().min(0);
/** Long enough for `re_<uuid>`, and so that `reinstated-<id>` is a grant's id. */
export const revocationId = grantId.max(52);
/** So that `plan-<id>` is a grant's id. */
export const periodId = grantId.max(58);
/** Why somebody did it, in their own words. */
export const reason = z.string().min(1).max(200);
const planId = z.string().min(1).max(60);

/** Credits by grant. Their order means nothing: the grants' burn order decides. */
export const rows = z.record(grantId, credits);
export type Rows = Readonly<z.infer<typeof rows>>;

/** A day of the app's own zone as a number that reads as a date: 20261105. */
export const day = z.int().min(20_000_101).max(99_991_231);

/** A month of the app's own zone: 202611. */
export const month = z.int().min(200_001).max(999_912);

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
  /** The day whose allowance this is. */
  day: day.optional(),
  /** The month whose credits these are, of the app's default plan. */
  month: month.optional(),
  /** The plan that gives these credits. */
  plan: planId.optional(),
  /** Of a period that billing tells of: which of them, counted by the user's subscription. Absent: in older ones. */
  order: z.int().min(1).optional(),
  /** Brought along from where the app was before: nobody is told of it as of news. */
  imported: z.literal(true).optional(),
});

export const creditsHeld = z.strictObject({
  type: z.literal('CreditsHeld'),
  holdId,
  tool,
  /** Empty for a free run. */
  rows,
  expiresAt: epochSeconds,
  day,
  /** The time it counts to in the hour. Absent: the app limits no plan's jobs by the hour, or did not when it was made. */
  at: epochSeconds.optional(),
  /** It was made for a run that only pro plans open. */
  pro: z.literal(true).optional(),
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
  reason: reason.optional(),
});

export const planChanged = z.strictObject({
  type: z.literal('PlanChanged'),
  plan: planId,
  reason: reason.optional(),
  /** Of a change that billing tells of: which of them, counted by the user's subscription. Absent: somebody else's change. */
  order: z.int().min(1).optional(),
});

export const creditsAdjusted = z.strictObject({
  type: z.literal('CreditsAdjusted'),
  adjustmentId: grantId,
  /** Above zero: given, as a grant of this very id. Below: taken. */
  credits: z
    .int()
    .min(-1_000_000)
    .max(1_000_000)
    .refine((credits) => credits !== 0),
  reason,
  /** Which grants it was given to or taken from. */
  rows,
  adjustedAt: epochSeconds,
  /** The completed job whose cost came back by it. Absent: no job's. */
  job: z.strictObject({ id: holdId, tool }).optional(),
});

/** A payment was refunded or disputed. */
export const grantRevoked = z.strictObject({
  type: z.literal('GrantRevoked'),
  revocationId,
  grantId,
  /** What had to be taken: what `rows` say, and the debt. */
  credits,
  reason: revocationReason,
  /** What was taken. */
  rows,
  /** What was not there to be taken. Absent: nothing. */
  debt: credits.optional(),
});

/** Credits came in while something was owed. */
export const debtRepaid = z.strictObject({ type: z.literal('DebtRepaid'), rows });

/** A revocation was taken back, for example because a dispute was won. */
export const grantReinstated = z.strictObject({
  type: z.literal('GrantReinstated'),
  revocationId,
  /** Absent: the revocation's id. */
  reinstatementId: revocationId.optional(),
  grantId,
  credits,
  kind: grantKind,
  /** What of the credits was owed and no longer is. Absent: nothing. The rest is given back as the grant `reinstated-<reinstatement id>`. */
  debtCancelled: credits.optional(),
  reinstatedAt: epochSeconds,
  expiresAt: epochSeconds.optional(),
  priority: z.int().min(0).max(999).optional(),
});

export const alertSet = z.strictObject({ type: z.literal('AlertSet'), below: credits.nullable() });

export const lowBalanceReached = z.strictObject({
  type: z.literal('LowBalanceReached'),
  below: credits,
  available: z.int().min(0),
});

/** When to buy which pack, how often at most. */
export const topUp = z.strictObject({
  below: credits,
  packId: z.string().min(1).max(60),
  maxPerMonth: z.int().min(1).max(100),
});
export type TopUp = Readonly<z.infer<typeof topUp>>;

export const topUpSet = z.strictObject({ type: z.literal('TopUpSet'), topUp: topUp.nullable() });

export const topUpRequested = z.strictObject({
  type: z.literal('TopUpRequested'),
  /** `topup-<month>-<number within it>`. */
  topUpId: z.string().max(64),
  packId: z.string().min(1).max(60),
  /** Calendar month in UTC. */
  month,
  requestedAt: epochSeconds,
});

export const topUpEnded = z.strictObject({
  type: z.literal('TopUpEnded'),
  topUpId: z.string().max(64),
  outcome: topUpOutcome,
  /** No other is requested before this. */
  notBefore: epochSeconds,
});

export const accountEvent = z.discriminatedUnion('type', [
  accountOpened,
  creditsGranted,
  creditsHeld,
  holdSettled,
  holdReleased,
  grantsExpired,
  accountClosed,
  planChanged,
  creditsAdjusted,
  grantRevoked,
  debtRepaid,
  grantReinstated,
  alertSet,
  lowBalanceReached,
  topUpSet,
  topUpRequested,
  topUpEnded,
]);
export type AccountEvent = Readonly<z.infer<typeof accountEvent>>;

/** An event as it was stored. @throws ZodError naming what does not fit. */
export const parseAccountEvent = (stored: unknown): AccountEvent => accountEvent.parse(stored);
