/**
 * What of each published event the lake may hold: every field of every event is decided here, and the type check asks for the ones
 * that are new. Kept: numbers, states, and names that belong to the app's offer. Ids become pseudonyms. Whatever a person wrote, or a
 * provider in its own words, is dropped.
 */
import type { BillingEvent } from '#services/billing/contracts.ts';
import type { CatalogChanged } from '#services/catalog/contracts.ts';
import type { CreditsEvent } from '#services/credits/contracts.ts';
import type { GenerationEvent } from '#services/generation/contracts.ts';
import type { IdentityEvent } from '#services/identity/contracts.ts';
import type { NotificationCreated } from '#services/notifications/contracts.ts';

type PublishedToBus =
  | BillingEvent
  | CatalogChanged
  | CreditsEvent
  | GenerationEvent
  | IdentityEvent
  | NotificationCreated;

/** `code`: kept if it looks like one, as in `card_declined`, for it may be a provider's sentence as well. */
export type Rule = 'keep' | 'code' | 'id' | 'drop' | ListRule | Rules;
export interface ListRule {
  readonly each: Rules;
}
export interface Rules {
  readonly [field: string]: Rule;
}

type RuleFor<Value> = Value extends readonly (infer Item)[]
  ? 'drop' | (Item extends object ? { readonly each: RulesFor<Item> } : 'keep')
  : Value extends object
    ? 'drop' | RulesFor<Value>
    : 'keep' | 'drop' | (Value extends string ? 'code' | 'id' : never);
/** A rule for each field, also for those that may be absent. */
type RulesFor<Data> = { readonly [Field in keyof Data]-?: RuleFor<NonNullable<Data[Field]>> };
type EventRules = {
  readonly [Event in PublishedToBus as Event['type']]: RulesFor<Event['data']>;
};

const rows = { each: { grantId: 'id', credits: 'keep' } } as const;

const creditsRules = {
  AccountOpened: {},
  CreditsGranted: {
    grantId: 'id',
    kind: 'keep',
    credits: 'keep',
    expiresAt: 'keep',
    imported: 'keep',
    available: 'keep',
  },
  CreditsHeld: { holdId: 'id', tool: 'keep', credits: 'keep', rows, available: 'keep' },
  HoldSettled: { holdId: 'id', tool: 'keep', spent: rows, credits: 'keep', available: 'keep' },
  HoldReleased: { holdId: 'id', tool: 'keep', credits: 'keep', reason: 'keep', available: 'keep' },
  GrantsExpired: { rows, credits: 'keep', available: 'keep' },
  AccountClosed: { forfeited: 'keep' },
  PlanChanged: { plan: 'keep', available: 'keep' },
  CreditsAdjusted: { adjustmentId: 'id', credits: 'keep', rows, jobId: 'id', available: 'keep' },
  GrantRevoked: {
    revocationId: 'id',
    grantId: 'id',
    credits: 'keep',
    reason: 'keep',
    rows,
    debt: 'keep',
    available: 'keep',
  },
  DebtRepaid: { rows, credits: 'keep', debt: 'keep', available: 'keep' },
  GrantReinstated: {
    revocationId: 'id',
    grantId: 'id',
    credits: 'keep',
    debtCancelled: 'keep',
    available: 'keep',
  },
  LowBalanceReached: { below: 'keep', available: 'keep' },
  TopUpRequested: { topUpId: 'id', packId: 'keep', available: 'keep' },
  TopUpEnded: { topUpId: 'id', outcome: 'keep' },
} as const;

const job = { jobId: 'id', tool: 'keep', title: 'drop', favourite: 'keep' } as const;
const outputs = { each: { kind: 'keep', contentType: 'keep', bytes: 'keep' } } as const;
const standing = {
  status: 'keep',
  progress: 'keep',
  cost: 'keep',
  outputs,
  error: { reason: 'code', message: 'drop' },
} as const;

const generationRules = {
  JobRequested: { ...job, quote: 'keep' },
  JobStarted: { ...job, attempt: 'keep', provider: 'keep', model: 'keep' },
  JobProgressed: { ...job, progress: 'keep' },
  JobSucceeded: {
    ...job,
    cost: 'keep',
    outputs,
    provider: 'keep',
    model: 'keep',
    usage: { inputTokens: 'keep', outputTokens: 'keep', computeMs: 'keep', model: 'keep' },
    cached: 'keep',
  },
  JobFailed: { ...job, reason: 'keep', message: 'drop', provider: 'keep', model: 'keep' },
  JobCancelled: job,
  JobChanged: { ...job, standing },
  JobRemoved: { jobId: 'id', tool: 'keep' },
  JobRefunded: { jobId: 'id', tool: 'keep', credits: 'keep', reason: 'drop', by: 'drop' },
} as const;

const payment = {
  paymentId: 'id',
  provider: 'keep',
  purpose: 'keep',
  item: 'keep',
  amountMinor: 'keep',
  currency: 'keep',
} as const;
const grant = { grantId: 'id', granted: 'keep' } as const;
const subscription = {
  status: 'keep',
  cancelAtPeriodEnd: 'keep',
  currentPeriodEnd: 'keep',
  graceUntil: 'keep',
} as const;

const billingRules = {
  PaymentCaptured: { ...payment, credits: 'keep', topUpId: 'id' },
  PaymentFailed: { ...payment, reason: 'code', topUpId: 'id', nextAttemptAt: 'keep' },
  PaymentActionRequired: { ...payment, url: 'drop', topUpId: 'id' },
  PaymentMismatched: { ...payment, why: 'code', receivedMinor: 'keep', receivedCurrency: 'keep' },
  PaymentRefunded: {
    ...payment,
    revocationId: 'id',
    refundedMinor: 'keep',
    totalMinor: 'keep',
    credits: 'keep',
    ...grant,
  },
  DisputeOpened: { ...payment, revocationId: 'id', reason: 'code', credits: 'keep', ...grant },
  DisputeWon: { ...payment, revocationId: 'id', credits: 'keep', ...grant },
  DisputeLost: { ...payment, revocationId: 'id' },
  SubscriptionRenewed: {
    paymentId: 'id',
    plan: 'keep',
    credits: 'keep',
    maxRollover: 'keep',
    from: 'keep',
    until: 'keep',
  },
  PlanEntitled: { plan: 'keep', reason: 'code', standing: subscription },
  SubscriptionChanged: { ...subscription, plan: 'keep' },
  TrialEnding: { plan: 'keep', endsAt: 'keep' },
} as const;

const identityRules = {
  UserRegistered: { via: 'keep' },
  PreferencesChanged: {
    notifications: { promotions: 'keep', feature_updates: 'keep', general_alerts: 'keep' },
    locale: 'drop',
  },
  UserDeleted: { pass: 'keep' },
  ExportRequested: { exportId: 'id' },
} as const;

const eventRules: EventRules = {
  ...creditsRules,
  ...generationRules,
  ...billingRules,
  ...identityRules,
  CatalogChanged: { offerVersion: 'keep', changed: 'keep', truncated: 'keep' },
  NotificationCreated: {
    id: 'id',
    type: 'keep',
    title_key: 'keep',
    message_key: 'keep',
    params: 'drop',
    subject: { kind: 'keep', id: 'id' },
    url: 'drop',
    locale: 'drop',
  },
};

/** Of an event that nobody has decided about, nothing of the data is kept. */
const nothing: Rules = {};

export const rulesOf = (type: string, schemaVersion: number): Rules =>
  schemaVersion === 1 && Object.hasOwn(eventRules, type)
    ? ((eventRules as Readonly<Record<string, Rules>>)[type] ?? nothing)
    : nothing;

export const decidedTypes: readonly string[] = Object.keys(eventRules);

/** What happens to an app: its envelope names the stream of the offer in place of a user. */
export const isOfNoUser = (type: string): boolean => type === 'CatalogChanged';
