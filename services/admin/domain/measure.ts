/** What one event adds to the counters of its app and day. Pure: whoever counts, in whatever order, gets the same sums. */
import * as z from 'zod';
import {
  disputeOpened,
  disputeWon,
  paymentCaptured,
  paymentMismatched,
  paymentRefunded,
} from '#services/billing/contracts.ts';
import {
  accountClosed,
  creditsAdjusted,
  creditsGranted,
  grantReinstated,
  grantRevoked,
  grantsExpired,
  holdReleased,
  holdSettled,
} from '#services/credits/contracts.ts';
import { jobCancelled, jobFailed, jobRequested, jobSucceeded } from '#services/generation/contracts.ts';
import { userDeleted, userRegistered } from '#services/identity/contracts.ts';

export const countedEvent = z.discriminatedUnion('type', [
  jobRequested,
  jobSucceeded,
  jobFailed,
  jobCancelled,
  creditsGranted,
  holdSettled,
  holdReleased,
  grantsExpired,
  creditsAdjusted,
  grantRevoked,
  grantReinstated,
  accountClosed,
  paymentCaptured,
  paymentMismatched,
  paymentRefunded,
  disputeOpened,
  disputeWon,
  userRegistered,
  userDeleted,
]);
export type CountedEvent = z.infer<typeof countedEvent>;

/** By the service that tells of it. */
export const countedTypes = {
  generation: ['JobRequested', 'JobSucceeded', 'JobFailed', 'JobCancelled'],
  credits: [
    'CreditsGranted',
    'HoldSettled',
    'HoldReleased',
    'GrantsExpired',
    'CreditsAdjusted',
    'GrantRevoked',
    'GrantReinstated',
    'AccountClosed',
  ],
  billing: ['PaymentCaptured', 'PaymentMismatched', 'PaymentRefunded', 'DisputeOpened', 'DisputeWon'],
  identity: ['UserRegistered', 'UserDeleted'],
} as const satisfies Record<string, readonly CountedEvent['type'][]>;

/** Amounts by counter, as in `job/completed/photo-filter`, `credits/granted/pack`, `money/captured/USD`. Slashes occur in no part. */
export type Amounts = Readonly<Record<string, number>>;

/** Counters that one event adds to, at most. */
export const maxCountersPerEvent = 2;

const money = (what: string, currency: string, amountMinor: number): Amounts => ({
  [`money/${what}/${currency}`]: amountMinor,
});
const credits = (what: string, amount: number): Amounts => ({ [`credits/${what}`]: amount });

/** Back for a completed job, or by hand. */
const adjusted = ({ credits: amount, jobId }: { credits: number; jobId?: string | undefined }): Amounts => {
  if (jobId !== undefined) return credits('refunded', amount);
  return amount < 0 ? credits('taken', -amount) : credits('given', amount);
};

const amountsOf = (event: CountedEvent): Amounts => {
  switch (event.type) {
    case 'JobRequested':
      return { [`job/requested/${event.data.tool}`]: 1 };
    case 'JobSucceeded':
      return { [`job/completed/${event.data.tool}`]: 1 };
    case 'JobFailed':
      return { [`job/failed/${event.data.tool}`]: 1, [`failure/${event.data.reason}`]: 1 };
    case 'JobCancelled':
      return { [`job/cancelled/${event.data.tool}`]: 1 };
    case 'CreditsGranted':
      return credits(event.data.imported ? 'imported' : `granted/${event.data.kind}`, event.data.credits);
    case 'HoldSettled':
      return credits('spent', event.data.credits);
    case 'HoldReleased':
      return credits('released', event.data.credits);
    case 'GrantsExpired':
      return credits('expired', event.data.credits);
    case 'CreditsAdjusted':
      return adjusted(event.data);
    case 'GrantRevoked':
      return credits(`revoked/${event.data.reason}`, event.data.credits);
    case 'GrantReinstated':
      return credits('reinstated', event.data.credits);
    case 'AccountClosed':
      return credits('forfeited', event.data.forfeited);
    case 'PaymentCaptured':
      return {
        [`payment/${event.data.currency}`]: 1,
        ...money('captured', event.data.currency, event.data.amountMinor),
      };
    case 'PaymentMismatched':
      return money('mismatched', event.data.receivedCurrency, event.data.receivedMinor);
    case 'PaymentRefunded':
      return money('refunded', event.data.currency, event.data.refundedMinor);
    case 'DisputeOpened':
      return money('disputed', event.data.currency, event.data.amountMinor);
    case 'DisputeWon':
      return money('won', event.data.currency, event.data.amountMinor);
    case 'UserRegistered':
      return { 'user/new': 1 };
    // A leaving is told twice.
    case 'UserDeleted':
      return event.data.pass === 1 ? { 'user/left': 1 } : {};
  }
};

/** Without what is nothing. */
export const measure = (event: CountedEvent): Amounts =>
  Object.fromEntries(Object.entries(amountsOf(event)).filter(([, amount]) => amount !== 0));

/** What a user did of their own accord: who did such a thing on a day was active on it. */
export const isActivity = ({ type }: CountedEvent): boolean => type === 'JobRequested' || type === 'UserRegistered';

export const sum = (all: readonly Amounts[]): Amounts => {
  const sums = new Map<string, number>();
  for (const amounts of all)
    for (const [counter, amount] of Object.entries(amounts)) sums.set(counter, (sums.get(counter) ?? 0) + amount);
  return Object.fromEntries(sums);
};
