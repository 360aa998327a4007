/** Bus events for tests: one of each type, with something in every field. */
import type { BillingEvent } from '#services/billing/contracts.ts';
import type { CatalogChanged } from '#services/catalog/contracts.ts';
import type { CreditsEvent } from '#services/credits/contracts.ts';
import type { GenerationEvent } from '#services/generation/contracts.ts';
import type { IdentityEvent } from '#services/identity/contracts.ts';
import type { NotificationCreated } from '#services/notifications/contracts.ts';
import type { LakeEvent } from '../domain/lake-row.ts';

export const user = 'd3b07384-d113-4ec5-a5c0-6d1c1f3a9e00';
export const jobId = 'gen_0199c2d4-1111-7000-8000-000000000001';
export const paymentId = 'pay_0199c2d4-2222-7000-8000-000000000002';
export const secrets = [user, jobId.slice(4), paymentId.slice(4), 'SECRET', 'Secret', 'secret'] as const;

type Event = BillingEvent | CatalogChanged | CreditsEvent | GenerationEvent | IdentityEvent | NotificationCreated;
type EveryData = { readonly [One in Event as One['type']]: Required<One['data']> };

const at = '2026-11-05T10:00:00.000Z';
const rows = [
  { grantId: 'welcome', credits: 1 },
  { grantId: `plan-${paymentId}`, credits: 2 },
  { grantId: 'daily-2026-11-05', credits: 3 },
];
const job = { jobId, tool: 'photo-filter', title: 'My SECRET picture', favourite: true };
const outputs = [{ kind: 'image', contentType: 'image/png', bytes: 7 }];
const payment = {
  paymentId,
  provider: 'stripe',
  purpose: 'plan',
  item: 'pro',
  amountMinor: 999,
  currency: 'EUR',
} as const;
const grant = { grantId: `plan-${paymentId}`, granted: 100 };
const revocationId = `${paymentId}.r500`;
const topUpId = 'topup-202611-1';
const subscription = {
  status: 'active',
  cancelAtPeriodEnd: false,
  currentPeriodEnd: at,
  graceUntil: null,
} as const;

export const everyData: EveryData = {
  AccountOpened: {},
  CreditsGranted: {
    grantId: paymentId,
    kind: 'pack',
    credits: 100,
    expiresAt: at,
    imported: true,
    available: 100,
  },
  CreditsHeld: { holdId: jobId, tool: 'photo-filter', credits: 6, rows, available: 94 },
  HoldSettled: { holdId: jobId, tool: 'photo-filter', spent: rows, credits: 6, available: 94 },
  HoldReleased: { holdId: jobId, tool: 'photo-filter', credits: 6, reason: 'failed', available: 100 },
  GrantsExpired: { rows, credits: 6, available: 94 },
  AccountClosed: { forfeited: 94 },
  PlanChanged: { plan: 'pro', available: 94 },
  CreditsAdjusted: { adjustmentId: jobId.replace('gen', 'adj'), credits: -6, rows, jobId, available: 94 },
  GrantRevoked: { revocationId, grantId: paymentId, credits: 6, reason: 'refund', rows, debt: 0, available: 94 },
  DebtRepaid: { rows, credits: 6, debt: 0, available: 94 },
  GrantReinstated: { revocationId, grantId: paymentId, credits: 6, debtCancelled: 0, available: 100 },
  LowBalanceReached: { below: 10, available: 9 },
  TopUpRequested: { topUpId, packId: 'small', available: 9 },
  TopUpEnded: { topUpId, outcome: 'paid' },
  JobRequested: { ...job, quote: 6 },
  JobStarted: { ...job, attempt: 1, provider: 'fal', model: 'fal-ai/flux/dev' },
  JobProgressed: { ...job, progress: 50 },
  JobSucceeded: {
    ...job,
    cost: 6,
    outputs,
    provider: 'fal',
    model: 'fal-ai/flux/dev',
    usage: { inputTokens: 1, outputTokens: 2, computeMs: 3, model: 'flux' },
    cached: false,
  },
  JobFailed: { ...job, reason: 'blocked', message: 'SECRET words were refused', provider: 'fal', model: 'flux' },
  JobCancelled: job,
  JobChanged: {
    ...job,
    standing: {
      status: 'failed',
      progress: 0,
      cost: 0,
      outputs,
      error: { reason: 'blocked', message: 'SECRET words were refused' },
    },
  },
  JobRemoved: { jobId, tool: 'photo-filter' },
  JobRefunded: { jobId, tool: 'photo-filter', credits: 6, reason: 'Secret Person asked', by: 'admin:SECRET' },
  PaymentCaptured: { ...payment, credits: 100, topUpId },
  PaymentFailed: { ...payment, reason: 'Secret Person has no money', topUpId, nextAttemptAt: at },
  PaymentActionRequired: { ...payment, url: 'https://bank.example/SECRET', topUpId },
  PaymentMismatched: { ...payment, why: 'It is Secret', receivedMinor: 1, receivedCurrency: 'USD' },
  PaymentRefunded: { ...payment, revocationId, refundedMinor: 500, totalMinor: 500, credits: 6, ...grant },
  DisputeOpened: { ...payment, revocationId, reason: 'fraudulent', credits: 6, ...grant },
  DisputeWon: { ...payment, revocationId, credits: 6, ...grant },
  DisputeLost: { ...payment, revocationId },
  SubscriptionRenewed: { paymentId, plan: 'pro', credits: 100, maxRollover: null, from: at, until: at },
  PlanEntitled: { plan: null, reason: 'canceled', standing: subscription },
  SubscriptionChanged: { ...subscription, plan: 'pro' },
  TrialEnding: { plan: 'pro', endsAt: at },
  UserRegistered: { via: 'hook' },
  PreferencesChanged: {
    notifications: { promotions: true, feature_updates: false, general_alerts: true },
    locale: 'secret-LO',
  },
  UserDeleted: { pass: 1 },
  ExportRequested: { exportId: jobId.slice(4) },
  CatalogChanged: { offerVersion: 3, changed: ['tools/photo-filter'], truncated: false },
  NotificationCreated: {
    id: 'ntf_0199c2d4-1111-7000-8000-000000000001',
    type: 'generation',
    title_key: 'notifications.generation_completed.title',
    message_key: 'notifications.generation_completed.message',
    params: { title: 'My SECRET picture', credits: 6 },
    subject: { kind: 'generation', id: jobId },
    url: 'https://bank.example/SECRET',
    locale: 'secret-LO',
  },
};

type Given = Partial<LakeEvent['detail']>;

export const eventOf = (type: string, data: unknown, given: Given = {}, source = 'tessera.test'): LakeEvent => ({
  source,
  detail: {
    id: '0199c2d4-3333-7000-8000-000000000003',
    type,
    schemaVersion: 1,
    app: 'sparky',
    user,
    version: 7,
    at,
    correlationId: 'request-SECRET',
    data,
    ...given,
  },
});
