/** What others know of credits: the call that holds them, and the events that tell of them. */
import * as z from 'zod';
import { publishedEvent } from '#shared/messaging/published-event.ts';
import { appId, userId } from '#shared/owner.ts';

/** Of one grant, one setting. A pack gives a million and as many as a bonus at most. */
const positiveCredits = z.int().min(1).max(2_000_000);
/** Of one hold; a free run holds 0. */
const heldCredits = z.int().min(0).max(1_000_000);
/** Of several grants together. */
const creditsTotal = z.int().min(0);

/** The one synchronous call between services: generation asks credits to set credits aside for a job. Idempotent by `holdId`. */
export const holdRequest = z.strictObject({
  app: appId,
  user: userId,
  /** The job's id. */
  holdId: z.string().min(1).max(64),
  /** 0 for a free run: it is held as well, for the plan's limits count it. */
  credits: heldCredits,
  tool: z.string().max(60),
  /** The run uses an option that only pro plans open. */
  needsPro: z.boolean().optional(),
  /** The hold may be swept after this. Beyond the job's deadline. */
  expiresAt: z.iso.datetime(),
  correlationId: z.string().max(128),
});
export type HoldRequest = z.infer<typeof holdRequest>;

export const holdRejection = z.enum([
  'credits-insufficient',
  'daily-cap-reached',
  'account-closed',
  /** As many jobs run for the account as any account may have at once. */
  'holds-too-many',
  /** As many as its plan lets run at once. */
  'jobs-too-many',
  /** As many jobs began within an hour as its plan lets begin, whatever became of them. */
  'rate-limited',
  /** A refund or dispute took back more than was left; it is paid off before anything runs. */
  'debt-outstanding',
  'app-unknown',
  /** The run needs a pro plan, and the account's is none. */
  'plan-required',
  /** This very hold was made and has ended: a job must not run on it. */
  'hold-closed',
  /** This hold is open, for another number of credits. */
  'hold-differs',
]);

/** What is optional is not told by every version that may answer during a deployment. */
export const holdAnswer = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('held'),
    /** What the user can still spend. */
    available: creditsTotal,
    /** The account's plan has a price. */
    paying: z.boolean().optional(),
  }),
  z.strictObject({
    status: z.literal('refused'),
    rejection: holdRejection,
    available: creditsTotal,
    /** Where waiting helps: when to ask again. */
    retryAfterSeconds: z.int().min(1).optional(),
  }),
]);
export type HoldAnswer = z.infer<typeof holdAnswer>;

/** Which grant gave how much. */
export const grantRows = z.array(z.object({ grantId: z.string(), credits: positiveCredits }));

/** Why a user has a grant. Only packs are bought one by one. */
export const grantKind = z.enum(['welcome', 'plan', 'daily', 'pack', 'bonus', 'adjustment']);
export type GrantKind = z.infer<typeof grantKind>;

/** Why held credits went back. `expired`: a sweep found a hold whose job no longer lives. */
export const releaseReason = z.enum(['failed', 'cancelled', 'blocked', 'expired']);
export type ReleaseReason = z.infer<typeof releaseReason>;

/** Why a payment's credits are taken back. */
export const revocationReason = z.enum(['refund', 'dispute']);
export type RevocationReason = z.infer<typeof revocationReason>;

/** How an automatic top-up ended. */
export const topUpOutcome = z.enum(['paid', 'declined']);
export type TopUpOutcome = z.infer<typeof topUpOutcome>;

/** A user has an account now, on the app's default plan. Once for a user. */
export const accountOpened = publishedEvent('AccountOpened', z.object({}));
/** Credits came: with sign-up, a plan's period, a day, a payment, or as a gift. Once by `grantId`. */
export const creditsGranted = publishedEvent(
  'CreditsGranted',
  z.object({
    grantId: z.string(),
    kind: grantKind,
    credits: positiveCredits,
    expiresAt: z.iso.datetime().optional(),
    /** What the user had before the app moved here: not bought or given now. */
    imported: z.literal(true).optional(),
    available: creditsTotal,
  }),
);
/** Credits were set aside for a job, out of these grants. */
export const creditsHeld = publishedEvent(
  'CreditsHeld',
  z.object({
    holdId: z.string(),
    tool: z.string(),
    /** 0 for a free run, which takes from no grant. */
    credits: heldCredits,
    rows: grantRows,
    available: creditsTotal,
  }),
);
/** A job is done and paid; what was held and not needed went back. */
export const holdSettled = publishedEvent(
  'HoldSettled',
  z.object({
    holdId: z.string(),
    tool: z.string(),
    /** What each grant paid; together `credits`, at most what was held. */
    spent: grantRows,
    credits: creditsTotal,
    available: creditsTotal,
  }),
);
/** A job came to nothing: all that was held for it went back. */
export const holdReleased = publishedEvent(
  'HoldReleased',
  z.object({
    holdId: z.string(),
    tool: z.string(),
    credits: heldCredits,
    reason: releaseReason,
    available: creditsTotal,
  }),
);
/** Grants whose time was over before they were spent. Told with the account's next command, not at the very moment. */
export const grantsExpired = publishedEvent(
  'GrantsExpired',
  z.object({ rows: grantRows, credits: creditsTotal, available: creditsTotal }),
);
/** Nothing can be granted or held any more; what was left is forfeited. */
export const accountClosed = publishedEvent('AccountClosed', z.object({ forfeited: creditsTotal }));

/** The account is on another plan, whose limits and allowances count from now on. */
export const planChanged = publishedEvent('PlanChanged', z.object({ plan: z.string(), available: creditsTotal }));
/** Somebody gave credits, or took some: `credits` is below zero then. The reason is not told to everybody. */
export const creditsAdjusted = publishedEvent(
  'CreditsAdjusted',
  z.object({
    adjustmentId: z.string(),
    credits: z.int(),
    rows: grantRows,
    /** The completed job whose cost came back by it. Absent: no job's. */
    jobId: z.string().optional(),
    available: creditsTotal,
  }),
);
/** A payment's credits were taken back: `credits` = what the rows say + `debt`, which blocks holds until it is repaid. */
export const grantRevoked = publishedEvent(
  'GrantRevoked',
  z.object({
    revocationId: z.string(),
    grantId: z.string(),
    credits: positiveCredits,
    reason: revocationReason,
    rows: grantRows,
    debt: creditsTotal,
    available: creditsTotal,
  }),
);
/** Credits that came paid off what was owed; `debt` is what is left of it. */
export const debtRepaid = publishedEvent(
  'DebtRepaid',
  z.object({ rows: grantRows, credits: creditsTotal, debt: creditsTotal, available: creditsTotal }),
);
/** A revocation was taken back: first it cancels debt, the rest is available again. */
export const grantReinstated = publishedEvent(
  'GrantReinstated',
  z.object({
    revocationId: z.string(),
    grantId: z.string(),
    credits: positiveCredits,
    debtCancelled: creditsTotal,
    available: creditsTotal,
  }),
);
/** The user's own threshold was crossed. Told once, and again only after the balance was back at or above it. */
export const lowBalanceReached = publishedEvent(
  'LowBalanceReached',
  z.object({ below: positiveCredits, available: creditsTotal }),
);
/** Billing should charge the user's saved card for this pack, once by `topUpId`, and say how that ended. */
export const topUpRequested = publishedEvent(
  'TopUpRequested',
  z.object({ topUpId: z.string(), packId: z.string(), available: creditsTotal }),
);
/** What became of an automatic top-up. */
export const topUpEnded = publishedEvent('TopUpEnded', z.object({ topUpId: z.string(), outcome: topUpOutcome }));

/** Everything credits publishes. */
export const creditsEvent = z.discriminatedUnion('type', [
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
  lowBalanceReached,
  topUpRequested,
  topUpEnded,
]);
export type CreditsEvent = z.infer<typeof creditsEvent>;
