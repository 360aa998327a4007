/** What goes in and out, as the API's reference says. Made by `npm run sdk:types`. */

export type JobStatus = 'pending' | 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled';
export type TransactionType = 'purchase' | 'spend' | 'refund' | 'bonus' | 'adjustment' | 'expiry';
/**
 * Why a user has a grant. Only packs are bought one by one.
 */
export type GrantKind = 'welcome' | 'plan' | 'daily' | 'pack' | 'bonus' | 'adjustment';
export type PaymentStatus =
  | 'requested'
  | 'pending'
  | 'action_required'
  | 'failed'
  | 'expired'
  | 'paid'
  | 'partially_refunded'
  | 'refunded'
  | 'disputed'
  | 'mismatched';
export type PaymentProvider = 'stripe' | 'paymob';
/**
 * A pack is bought once; a plan's payment pays for one period of it.
 */
export type Purpose = 'pack' | 'plan';
/**
 * For admins. Of a user who left, no more than that.
 */
export type AdminUserView =
  | {
      id: string;
      app: string;
      email: string | null;
      name: string | null;
      username: string | null;
      locale: string | null;
      /**
       * Null: the app's zone counts.
       */
      zone: string | null;
      avatar_asset_id: string | null;
      roles: string[];
      notification_preferences: {
        promotions: boolean;
        feature_updates: boolean;
        general_alerts: boolean;
      };
      /**
       * Days of activity in a row; 0 once a whole day was missed.
       */
      current_streak: number;
      longest_streak: number;
      /**
       * A date of the user's zone.
       */
      last_active_date: string | null;
      monthly_plays: number;
      /**
       * When the month ends in the user's zone.
       */
      plays_reset_at: string;
      created_at: string;
      updated_at: string;
      status: 'active';
      /**
       * Paths of what other services know of the user. The account has the plan.
       */
      links: {
        account: string;
        transactions: string;
        generations: string;
        payments: string;
      };
    }
  | {
      id: string;
      app: string;
      status: 'deleted';
      created_at: string | null;
      deleted_at: string;
      /**
       * Paths of what other services know of the user. The account has the plan.
       */
      links: {
        account: string;
        transactions: string;
        generations: string;
        payments: string;
      };
    };
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | {
      [k: string]: JsonValue;
    };
export type GenerationOutputKind = 'image' | 'audio' | 'video' | 'text' | 'json';
export type CatalogOutputKind = 'image' | 'audio' | 'video' | 'text' | 'json';
export type ToolCost =
  | {
      kind: 'fixed';
      credits: number;
    }
  | {
      kind: 'by-parameter';
      parameter: string;
      credits: {
        [k: string]: number;
      };
    };
export type AssetStatus = 'awaiting_upload' | 'ready' | 'rejected';
/**
 * What may be uploaded.
 */
export type UploadType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif';
export type BroadcastAudience =
  | {
      to: 'all';
    }
  | {
      to: 'plan';
      plan: string;
    }
  | {
      to: 'users';
      /**
       * @minItems 1
       * @maxItems 1000
       */
      users: string[];
    };
export type CallbackOutcome = 'received' | 'handled' | 'ignored' | 'unmatched' | 'mismatched';
/**
 * As the providers call them; `none`: the user never had one.
 */
export type SubscriptionStatus =
  | 'none'
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'unpaid'
  | 'paused'
  | 'canceled';
export type DeliveryStatus = 'pending' | 'delivered' | 'failed';
/**
 * What a list can show: before it is requested there is no job.
 */
export type ListedStatus = 'queued' | 'processing' | 'completed' | 'failed' | 'cancelled';
/**
 * What a notification is about. Users may switch off offers, features and general ones; what concerns their money always comes.
 */
export type NotificationType = 'offer' | 'feature' | 'general' | 'generation' | 'credits' | 'payment';

export interface Root {
  [k: string]: unknown;
}
export interface AcceptedGeneration {
  id: string;
  status: JobStatus;
  cost_credits: number;
  /**
   * What can still be spent once this run's credits are held; null where that is not known.
   */
  remaining_credits: number | null;
}
export interface AccountHistory {
  data: {
    version: number;
    /**
     * What happened, as in CreditsHeld.
     */
    event: string;
    /**
     * Who did it: a user, `admin:…` or `system:…`.
     */
    actor: string;
    reason: string | null;
    correlation_id: string;
    at: string;
    /**
     * After it.
     */
    available: number;
    /**
     * What the user sees of it, if anything.
     */
    transaction: Transaction | null;
  }[];
  next_cursor: string | null;
}
export interface Transaction {
  id: string;
  type: TransactionType;
  /**
   * Positive when the balance grew.
   */
  amount: number;
  /**
   * Available after this entry: the one before plus the amount. Null of an imported one that did not say.
   */
  balance_after: number | null;
  tool: string | null;
  generation_id: string | null;
  /**
   * Which grant how much, unsigned.
   */
  grants: {
    id: string;
    credits: number;
  }[];
  /**
   * Of a purchase, bonus or adjustment, and of a refund that came later.
   */
  grant_kind: GrantKind | null;
  /**
   * Why, as in failed, cost-below-hold, refunded, account-closed. Null of an adjustment: an admin's words are for admins.
   */
  reason: string | null;
  created_at: string;
  /**
   * Of the time before the app moved here: as its ledger said then. Absent: an entry of this ledger.
   */
  imported?: true;
}
export interface AccountRow {
  user: string;
  status: 'open' | 'closed' | 'unopened';
  plan: string | null;
  available: number;
  held: number;
  spent: number;
  granted: number;
  debt: number;
  version: number;
  /**
   * When the account's newest event happened; what expired since is not taken off.
   */
  updated_at: string;
}
export interface AccountRowPage {
  data: AccountRow[];
  next_cursor: string | null;
}
export interface AccountView {
  user: string;
  status: 'open' | 'closed';
  /**
   * What can be spent now, today's allowance included.
   */
  available: number;
  /**
   * Set aside for jobs that still run.
   */
  held: number;
  /**
   * Spent since the account was opened.
   */
  spent: number;
  /**
   * Owed after a refund or dispute of credits that were spent already; nothing can run until it is paid.
   */
  debt: number;
  plan: string;
  daily: DailyView;
  /**
   * In the order in which they are spent.
   */
  grants: {
    id: string;
    kind: GrantKind;
    remaining: number;
    granted_at: string;
    expires_at: string | null;
  }[];
  open_holds: number;
  /**
   * The number of the account's newest event.
   */
  version: number;
  /**
   * granted = available + held + spent + expired + revoked
   */
  totals: {
    granted: number;
    spent: number;
    expired: number;
    revoked: number;
  };
  alert: AlertView;
  top_up: TopUpReply;
}
export interface DailyView {
  /**
   * The plan's allowance of a day; 0 when it has none.
   */
  credits: number;
  /**
   * What is left of today's allowance, counted also before it is written down.
   */
  remaining: number;
  /**
   * Spent or held today, whatever grant paid.
   */
  spent: number;
  /**
   * Most that may be spent in a day on this plan; null: no limit.
   */
  cap: number | null;
  /**
   * The next midnight of the app's zone.
   */
  resets_at: string;
}
export interface AlertView {
  /**
   * Tell the user once when less than this is available; null: never.
   */
  below: number | null;
}
export interface TopUpReply {
  top_up: TopUpSettings | null;
  /**
   * As they count to max_per_month: those that were declined do not.
   */
  requested_this_month: number;
  /**
   * A payment is under way.
   */
  pending: boolean;
  /**
   * After a payment, or after one was declined.
   */
  paused_until: string | null;
}
export interface TopUpSettings {
  /**
   * Buy when less than this is available.
   */
  below: number;
  /**
   * One of the app's packs.
   */
  pack_id: string;
  /**
   * Calendar months of UTC.
   */
  max_per_month: number;
}
export interface ActivityView {
  /**
   * Days of activity in a row; 0 once a whole day was missed.
   */
  current_streak: number;
  longest_streak: number;
  /**
   * A date of the user's zone.
   */
  last_active_date: string | null;
}
export interface AdjustCreditsBody {
  /**
   * Above zero: given. Below: taken.
   */
  credits: number;
  /**
   * Why, in the admin's words; kept in the ledger for ever.
   */
  reason: string;
}
export interface AdjustmentReply {
  adjustment_id: string;
  credits: number;
  /**
   * The same request had been carried out before.
   */
  repeated: boolean;
  account: AccountView;
}
export interface AdminPayment {
  id: string;
  status: PaymentStatus;
  provider: PaymentProvider;
  purpose: Purpose;
  /**
   * Id and name of the pack or plan, as it was sold.
   */
  item: {
    id: string;
    name: string;
  };
  amount_minor: number;
  currency: string;
  credits: number;
  refunded_minor: number;
  automatic: boolean;
  failure: string | null;
  /**
   * Where the user goes on, while it waits for them.
   */
  action_url: string | null;
  created_at: string;
  paid_at: string | null;
  user: string;
  provider_reference: string | null;
}
export interface AdminPaymentPage {
  data: AdminPayment[];
  next_cursor: string | null;
}
export interface AdminUserViewPage {
  data: AdminUserView[];
  next_cursor: string | null;
}
export interface Allowance {
  tool: string;
  /**
   * Each use is remembered until the period ends, so that a request sent twice counts once.
   */
  limit: number;
  /**
   * Of the app's zone.
   */
  period: 'day' | 'month';
  /**
   * Whom it is for.
   *
   * @minItems 1
   * @maxItems 20
   */
  plans: string[];
}
export interface AllowanceCheck {
  allowed: boolean;
  reason?: 'limit-reached' | 'account-closed';
  /**
   * Uses left in the period; null: the plan does not limit the tool.
   */
  remaining: number | null;
  resets_at: string | null;
}
export interface AllowanceView {
  tool: string;
  period: 'day' | 'month';
  limit: number;
  used: number;
  remaining: number;
  resets_at: string;
}
export interface AppGeneration {
  id: string;
  status: JobStatus;
  tool: string;
  params: {
    [k: string]: JsonValue;
  };
  inputs: string[];
  /**
   * 0 to 100.
   */
  progress: number;
  attempts: number;
  title: string | null;
  favourite: boolean;
  /**
   * The first of its family, which may have been removed since. Null: it is the first itself.
   */
  variation_of: string | null;
  /**
   * How often it was played; null for what is neither to listen to nor to watch.
   */
  plays: number | null;
  /**
   * Whether it is the result of an equal, earlier request, at no cost.
   */
  cached: boolean;
  /**
   * The quote while it runs, the charge once it is completed, 0 when it failed or was cancelled.
   */
  cost_credits: number;
  /**
   * What came back of the charge later: all of it, or nothing.
   */
  refunded_credits: number;
  error: {
    reason: string;
    message: string;
  } | null;
  created_at: string;
  completed_at: string | null;
  outputs: GenerationOutput[];
  user_id: string;
  /**
   * The failed or cancelled generation that was run again as this one.
   */
  retry_of: string | null;
  /**
   * Held when it was accepted.
   */
  quote_credits: number;
  deadline: string;
  /**
   * Every event of it, newest first; kept for ever.
   */
  history: {
    data: AppGenerationEvent[];
    next_cursor: string | null;
  };
}
export interface GenerationOutput {
  kind: GenerationOutputKind;
  content_type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  /**
   * As the provider named it: one of a song's variations.
   */
  title: string | null;
  duration_seconds: number | null;
  url: string;
  url_expires_at: string;
  /**
   * A small WebP of a picture.
   */
  thumbnail: {
    width: number;
    height: number;
    url: string;
    url_expires_at: string;
  } | null;
}
export interface AppGenerationEvent {
  version: number;
  type: string;
  at: string;
  actor: string;
  /**
   * What its owner sees, and what only admins do: a failure's cause, its provider and model, a refund's reason.
   */
  data: {
    [k: string]: JsonValue;
  };
  correlation_id: string;
}
/**
 * Without what was asked for and what came of it: those are one generation's.
 */
export interface AppGenerationRow {
  id: string;
  status: JobStatus;
  tool: string;
  attempts: number;
  /**
   * The quote while it runs, the charge once it is completed, 0 when it failed or was cancelled.
   */
  cost_credits: number;
  /**
   * What came back of the charge later: all of it, or nothing.
   */
  refunded_credits: number;
  error: {
    reason: string;
    message: string;
  } | null;
  created_at: string;
  completed_at: string | null;
  user_id: string;
  /**
   * The failed or cancelled generation that was run again as this one.
   */
  retry_of: string | null;
}
export interface AppGenerationRowPage {
  data: AppGenerationRow[];
  next_cursor: string | null;
}
export interface AppOffer {
  name: string;
  welcome_credits: number;
  default_plan: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  plans: Plan[];
  /**
   * @maxItems 200
   */
  allowances: Allowance[];
  /**
   * @maxItems 50
   */
  packs: Pack[];
  /**
   * @minItems 1
   * @maxItems 200
   */
  tools: Tool[];
  options: {
    /**
     * @minItems 1
     * @maxItems 500
     */
    [k: string]: Option[];
  };
  /**
   * `en` among them. Each has a text for every key that the offer uses.
   *
   * @minItems 1
   * @maxItems 20
   */
  locales: string[];
  texts: {
    [k: string]: {
      [k: string]: string;
    };
  };
}
export interface Plan {
  id: string;
  name: string;
  /**
   * Of the default plan: given each calendar month. Of others: each paid period.
   */
  monthly_credits: number;
  /**
   * What may be left of a period's credits when the next period's come; the rest expires.
   */
  max_rollover: number;
  /**
   * Given anew each day of the app's zone; what is left expires at midnight.
   */
  daily_credits: number;
  /**
   * Most credits that may be spent in a day.
   */
  daily_cap: number | null;
  /**
   * Whether it opens pro options.
   */
  pro: boolean;
  /**
   * Null: not for sale.
   */
  price: {
    amount_minor: number;
    currency: string;
    interval: 'month' | 'year';
  } | null;
  limits: {
    /**
     * Jobs in any hour; null: no limit.
     */
    jobs_per_hour: number | null;
    /**
     * Jobs that wait or run at once; null: no limit of the plan's own.
     */
    concurrent_jobs: number | null;
  };
}
export interface Pack {
  id: string;
  name: string;
  credits: number;
  bonus_credits: number;
  price: Price;
}
/**
 * An amount in the currency's smallest unit: cents, piastres, whole yen.
 */
export interface Price {
  amount_minor: number;
  currency: string;
}
export interface Tool {
  id: string;
  type: 'TRANSFORMATION' | 'FILTER' | 'ANALYSIS' | 'GENERATION';
  name_key: string;
  description_key: string;
  icon_name: string;
  cover_image_url?: string;
  /**
   * An inactive tool is not listed and cannot be run.
   */
  active: boolean;
  sort_order: number;
  input: {
    images: {
      min: number;
      max: number;
    };
  };
  output: CatalogOutputKind;
  /**
   * JSON Schema of the tool's parameters: an object that takes no others.
   */
  params: {
    type: 'object';
    additionalProperties: false;
    [k: string]: unknown;
  };
  /**
   * Parameters whose value is the id of an active option, by parameter: the option's kind.
   */
  option_params: {
    [k: string]: string;
  };
  cost: ToolCost;
  metering?: Metering;
  /**
   * What a model is told. `{name}` stands for a parameter, worded; a line whose parameters are all missing is left out. Without one a model is told the parameters, line by line. Not public.
   */
  instruction?: string;
  /**
   * JSON Schema of the result of a tool whose output is JSON. Not public.
   */
  result_schema?: {
    [k: string]: JsonValue;
  };
  /**
   * @minItems 1
   * @maxItems 4
   */
  providers: ProviderChoice[];
  /**
   * How long a result answers the same request again, without a charge. 0: never.
   */
  cache_seconds: number;
  /**
   * A job that has not ended by then fails and costs nothing. A dead worker's job is taken over after 70 s, so less would be too little for that.
   */
  deadline_seconds: number;
}
export interface Metering {
  unit: 'input_tokens' | 'output_tokens' | 'total_tokens' | 'compute_seconds' | 'outputs';
  /**
   * One credit for each so many, begun ones included.
   */
  units_per_credit: number;
  min_credits: number;
}
export interface ProviderChoice {
  provider: string;
  /**
   * Tried in order: the next one when a model is missing, overloaded or failing.
   *
   * @minItems 1
   * @maxItems 8
   */
  models: string[];
  /**
   * What these models take, where it is not what the provider's adapter sends by itself. Texts in it may hold placeholders (`{instruction}`, `{scene_preset}`); `{image}` and `{images}` alone stand for the URLs of the inputs. Not public.
   */
  input?: {
    [k: string]: JsonValue;
  };
}
export interface Option {
  id: string;
  name_key: string;
  image_url?: string;
  hex?: string;
  gender?: 'male' | 'female';
  category?: string;
  /**
   * Only for those whose plan is a pro one.
   */
  pro: boolean;
  /**
   * An inactive option is not listed and cannot be used.
   */
  active: boolean;
  sort_order: number;
  /**
   * What the provider is told in place of the id. Not public.
   */
  prompt?: string;
}
export interface Asset {
  id: string;
  status: AssetStatus;
  content_type: UploadType;
  bytes: number;
  file_name: string | null;
  width: number | null;
  height: number | null;
  /**
   * Why it was rejected.
   */
  reason: string | null;
  created_at: string;
  url: string | null;
  url_expires_at: string | null;
}
export interface AssetPage {
  data: Asset[];
  next_cursor: string | null;
}
/**
 * Null takes the name off.
 */
export interface AssetPatch {
  file_name: string | null;
}
export interface AuditPage {
  data: AuditView[];
  next_cursor: string | null;
}
export interface AuditView {
  /**
   * The request's id, which the answer and the logs carry too.
   */
  id: string;
  at: string;
  app: string | '*';
  actor: string;
  service: string;
  route: string;
  method: string;
  path: string;
  params: {
    [k: string]: string;
  };
  query: {
    [k: string]: string;
  };
  /**
   * Without what is secret. A text, when it was cut.
   */
  body:
    | string
    | number
    | boolean
    | null
    | JsonValue[]
    | {
        [k: string]: JsonValue;
      };
  body_cut: boolean;
  correlation_id: string;
  /**
   * How it ended; null: that is not known, the act may have been done or not.
   */
  outcome: {
    status: number;
    at: string;
  } | null;
}
/**
 * Paymob asks for it on its page; what is not given is sent as unknown.
 */
export interface BillingData {
  first_name?: string;
  last_name?: string;
  phone_number?: string;
  email?: string;
  country?: string;
  city?: string;
}
export interface Broadcast {
  id: string;
  type: 'offer' | 'feature' | 'general';
  title_key: string;
  message_key: string;
  params: {
    [k: string]: string | number;
  };
  url: string | null;
  audience: BroadcastAudience;
  status: 'sending' | 'sent' | 'stopped';
  /**
   * Users who have it, and those who did not want it.
   */
  sent: number;
  passed_over: number;
  /**
   * Of a list: those who are no members of the app, or none any more.
   */
  unknown: number;
  created_by: string;
  created_at: string;
  finished_at: string | null;
}
export interface BroadcastPage {
  data: Broadcast[];
  next_cursor: string | null;
}
export interface Callback {
  id: string;
  provider: PaymentProvider;
  type: string;
  outcome: CallbackOutcome;
  payment_id: string | null;
  received_at: string;
}
export interface CallbackPage {
  data: Callback[];
  next_cursor: string | null;
}
/**
 * `raw`: the body as it came, as text. Null where it told nothing here, when it was removed with its user, or after 400 days.
 */
export interface CallbackWithRaw {
  id: string;
  provider: PaymentProvider;
  type: string;
  outcome: CallbackOutcome;
  payment_id: string | null;
  received_at: string;
  raw: string | null;
}
export interface Cancellation {
  when: 'now' | 'period_end';
}
export interface CancelledGeneration {
  id: string;
  status: 'cancelled';
}
export interface ChangePlanBody {
  plan: string;
  /**
   * Why, in the admin's words; kept in the ledger for ever.
   */
  reason: string;
}
export interface ChangePreview {
  plan: string;
  price: {
    amount_minor: number;
    currency: string;
    interval: 'month' | 'year';
  };
  proration: {
    /**
     * Paid now for the rest of the period; below zero: credited to the next invoice. 0 for a change that waits for the next period.
     */
    amount_minor: number;
    currency: string;
    takes_effect: 'now' | 'period_end';
  };
}
/**
 * `version`: what is served now. `changed`: what is different from what was there before; with `dry_run`, would be.
 */
export interface ChangeReply {
  version: number;
  changed: string[];
  truncated: boolean;
  dry_run: boolean;
}
export interface ChangedSubscription {
  subscription: Subscription;
  proration: {
    /**
     * Paid now for the rest of the period; below zero: credited to the next invoice. 0 for a change that waits for the next period.
     */
    amount_minor: number;
    currency: string;
    takes_effect: 'now' | 'period_end';
  };
}
export interface Subscription {
  status: SubscriptionStatus;
  provider: PaymentProvider | null;
  /**
   * What the user has by it now; null: the app's default plan.
   */
  plan: string | null;
  /**
   * What the next period will be of, where it is another plan.
   */
  next_plan: string | null;
  /**
   * Of a whole period of `plan`, as the user pays it; of what is to be paid, where nothing is paid yet.
   */
  price: {
    amount_minor: number;
    currency: string;
    interval: 'month' | 'year';
  } | null;
  /**
   * Of the next period, where it is another one.
   */
  next_price: {
    amount_minor: number;
    currency: string;
    interval: 'month' | 'year';
  } | null;
  /**
   * The provider's id of it and of the customer.
   */
  subscription_id: string | null;
  customer_id: string | null;
  current_period_end: string | null;
  /**
   * The end of what is paid: before `current_period_end` while that period is not.
   */
  paid_until: string | null;
  cancel_at_period_end: boolean;
  trial_end: string | null;
  /**
   * While a payment is overdue: until then the plan stays.
   */
  grace_until: string | null;
  /**
   * Paid by the period, and not renewed by itself.
   */
  prepaid: boolean;
}
export interface Checkout {
  /**
   * Null: the page is for a subscription, whose payments come with its invoices.
   */
  payment_id: string | null;
  provider: PaymentProvider;
  session_id: string;
  checkout_url: string;
  expires_at: string;
}
export interface CloseAccountBody {
  /**
   * Why, in the admin's words; kept in the ledger for ever.
   */
  reason: string;
}
/**
 * Where to send the file: a form with these fields first and the file as `file`, last.
 */
export interface CreatedAsset {
  id: string;
  status: 'awaiting_upload';
  upload: {
    url: string;
    fields: {
      [k: string]: string;
    };
    expires_at: string;
  };
}
export interface CreditsReply {
  /**
   * What can be spent now, today's allowance included.
   */
  available: number;
  /**
   * Set aside for jobs that still run.
   */
  held: number;
  /**
   * Spent since the account was opened.
   */
  spent: number;
  /**
   * Owed after a refund or dispute of credits that were spent already; nothing can run until it is paid.
   */
  debt: number;
  plan: string;
  daily: DailyView;
  /**
   * In the order in which they are spent.
   */
  grants: {
    id: string;
    kind: GrantKind;
    remaining: number;
    granted_at: string;
    expires_at: string | null;
  }[];
  open_holds: number;
  /**
   * The number of the account's newest event.
   */
  version: number;
}
export interface CurrentReply {
  version: number;
  at: string;
  actor: string;
  /**
   * Null: none was given.
   */
  reason: string | null;
  /**
   * Whether the app's file was applied, by a deployment or by an operator.
   */
  seeded: boolean;
  /**
   * A deployment brought another file, and the offer stayed as it was, for somebody had changed it.
   */
  set_aside: boolean;
  rolled_back_to: number | null;
  /**
   * Somebody changed it: files of later deployments are set aside.
   */
  edited: boolean;
  /**
   * What PUT /v1/admin/catalog takes as `offer`.
   */
  offer: {
    [k: string]: unknown;
  };
}
export interface DeadLetterList {
  queue: string;
  waiting: number;
  data: DeadLetterView[];
}
export interface DeadLetterView {
  id: string;
  sent_at: string;
  received: number;
  group: string | null;
  /**
   * As far as the message tells.
   */
  reason: string;
  /**
   * Of a stream's consumer: the records that it means.
   */
  records: string | null;
  body: string;
  body_cut: boolean;
}
export interface Delivery {
  id: string;
  /**
   * The message's `webhook-id`, the same in every attempt.
   */
  event_id: string;
  type: string;
  status: DeliveryStatus;
  created_at: string;
  /**
   * The newest last; the last 20.
   */
  attempts: {
    at: string;
    http_status: number | null;
    error: string | null;
    duration_ms: number;
  }[];
  next_attempt_at: string | null;
}
export interface DeliveryPage {
  data: Delivery[];
  next_cursor: string | null;
}
export interface Failure {
  generation_id: string;
  tool: string;
  reason: 'failed' | 'blocked' | 'deadline';
  message: string;
  /**
   * What the owner is not told: the provider's own words, without keys and addresses.
   */
  cause: string | null;
  /**
   * Who was at work when it ended; null when nobody was.
   */
  provider: string | null;
  model: string | null;
  attempts: number;
  /**
   * What was asked for.
   */
  params: {
    [k: string]: JsonValue;
  };
  user_id: string;
  at: string;
}
export interface FailurePage {
  data: Failure[];
  next_cursor: string | null;
}
export interface Generation {
  id: string;
  status: JobStatus;
  tool: string;
  params: {
    [k: string]: JsonValue;
  };
  inputs: string[];
  /**
   * 0 to 100.
   */
  progress: number;
  attempts: number;
  title: string | null;
  favourite: boolean;
  /**
   * The first of its family, which may have been removed since. Null: it is the first itself.
   */
  variation_of: string | null;
  /**
   * How often it was played; null for what is neither to listen to nor to watch.
   */
  plays: number | null;
  /**
   * Whether it is the result of an equal, earlier request, at no cost.
   */
  cached: boolean;
  /**
   * The quote while it runs, the charge once it is completed, 0 when it failed or was cancelled.
   */
  cost_credits: number;
  /**
   * What came back of the charge later: all of it, or nothing.
   */
  refunded_credits: number;
  error: {
    reason: string;
    message: string;
  } | null;
  created_at: string;
  completed_at: string | null;
  outputs: GenerationOutput[];
}
/**
 * One line of a job's audit trail.
 */
export interface GenerationEventView {
  version: number;
  type: string;
  at: string;
  actor: string;
  data: {
    [k: string]: JsonValue;
  };
}
export interface GenerationEventViewPage {
  data: GenerationEventView[];
  next_cursor: string | null;
}
export interface GenerationPage {
  data: Generation[];
  next_cursor: string | null;
}
/**
 * What is not given stays as it is.
 */
export interface GenerationPatch {
  title?: string;
  favourite?: boolean;
}
export interface GetAccountReply {
  user: string;
  status: 'open' | 'closed';
  /**
   * What can be spent now, today's allowance included.
   */
  available: number;
  /**
   * Set aside for jobs that still run.
   */
  held: number;
  /**
   * Spent since the account was opened.
   */
  spent: number;
  /**
   * Owed after a refund or dispute of credits that were spent already; nothing can run until it is paid.
   */
  debt: number;
  plan: string;
  daily: DailyView;
  /**
   * In the order in which they are spent.
   */
  grants: {
    id: string;
    kind: GrantKind;
    remaining: number;
    granted_at: string;
    expires_at: string | null;
  }[];
  open_holds: number;
  /**
   * The number of the account's newest event.
   */
  version: number;
  /**
   * granted = available + held + spent + expired + revoked
   */
  totals: {
    granted: number;
    spent: number;
    expired: number;
    revoked: number;
  };
  alert: AlertView;
  top_up: TopUpReply;
  history: AccountHistory;
}
export interface ListAllowancesReply {
  data: AllowanceView[];
}
export interface MarkedRead {
  marked: number;
  more: boolean;
}
export interface MetricsView {
  app: string;
  /**
   * Whose days they are.
   */
  zone: string;
  at: string;
  today: {
    from: string;
    until: string;
    jobs: {
      requested: number;
      completed: number;
      failed: number;
      cancelled: number;
      by_tool: {
        tool: string;
        requested: number;
        completed: number;
        failed: number;
        cancelled: number;
      }[];
      /**
       * As in `blocked`, `deadline`, `failed`.
       */
      failures_by_reason: {
        [k: string]: number;
      };
    };
    credits: {
      granted: number;
      /**
       * As in `welcome`, `pack`, `plan`.
       */
      granted_by_kind: {
        [k: string]: number;
      };
      /**
       * What completed jobs were charged.
       */
      spent: number;
      /**
       * Held for jobs that did not complete, and given back.
       */
      released: number;
      /**
       * What completed jobs were charged, and admins gave back.
       */
      refunded: number;
      /**
       * What users had before their app moved here.
       */
      imported: number;
      /**
       * Taken back with a payment, and given again.
       */
      revoked: number;
      /**
       * As in `refund`, `dispute`.
       */
      revoked_by_reason: {
        [k: string]: number;
      };
      reinstated: number;
      expired: number;
      forfeited: number;
      adjusted_up: number;
      adjusted_down: number;
    };
    revenue: {
      currency: string;
      payments: number;
      captured_minor: number;
      /**
       * Came, and was not what was asked for: nothing was granted for it.
       */
      mismatched_minor: number;
      refunded_minor: number;
      disputed_minor: number;
      disputes_won_minor: number;
    }[];
    users: {
      new: number;
      /**
       * Asked for a job or signed up, each user once.
       */
      active: number;
      /**
       * There are at least so many.
       */
      active_is_least: boolean;
      left: number;
    };
  };
  last_7_days: {
    from: string;
    until: string;
    jobs: {
      requested: number;
      completed: number;
      failed: number;
      cancelled: number;
      by_tool: {
        tool: string;
        requested: number;
        completed: number;
        failed: number;
        cancelled: number;
      }[];
      /**
       * As in `blocked`, `deadline`, `failed`.
       */
      failures_by_reason: {
        [k: string]: number;
      };
    };
    credits: {
      granted: number;
      /**
       * As in `welcome`, `pack`, `plan`.
       */
      granted_by_kind: {
        [k: string]: number;
      };
      /**
       * What completed jobs were charged.
       */
      spent: number;
      /**
       * Held for jobs that did not complete, and given back.
       */
      released: number;
      /**
       * What completed jobs were charged, and admins gave back.
       */
      refunded: number;
      /**
       * What users had before their app moved here.
       */
      imported: number;
      /**
       * Taken back with a payment, and given again.
       */
      revoked: number;
      /**
       * As in `refund`, `dispute`.
       */
      revoked_by_reason: {
        [k: string]: number;
      };
      reinstated: number;
      expired: number;
      forfeited: number;
      adjusted_up: number;
      adjusted_down: number;
    };
    revenue: {
      currency: string;
      payments: number;
      captured_minor: number;
      /**
       * Came, and was not what was asked for: nothing was granted for it.
       */
      mismatched_minor: number;
      refunded_minor: number;
      disputed_minor: number;
      disputes_won_minor: number;
    }[];
    users: {
      new: number;
      /**
       * Asked for a job or signed up, each user once.
       */
      active: number;
      /**
       * There are at least so many.
       */
      active_is_least: boolean;
      left: number;
    };
  };
  last_30_days: {
    from: string;
    until: string;
    jobs: {
      requested: number;
      completed: number;
      failed: number;
      cancelled: number;
      by_tool: {
        tool: string;
        requested: number;
        completed: number;
        failed: number;
        cancelled: number;
      }[];
      /**
       * As in `blocked`, `deadline`, `failed`.
       */
      failures_by_reason: {
        [k: string]: number;
      };
    };
    credits: {
      granted: number;
      /**
       * As in `welcome`, `pack`, `plan`.
       */
      granted_by_kind: {
        [k: string]: number;
      };
      /**
       * What completed jobs were charged.
       */
      spent: number;
      /**
       * Held for jobs that did not complete, and given back.
       */
      released: number;
      /**
       * What completed jobs were charged, and admins gave back.
       */
      refunded: number;
      /**
       * What users had before their app moved here.
       */
      imported: number;
      /**
       * Taken back with a payment, and given again.
       */
      revoked: number;
      /**
       * As in `refund`, `dispute`.
       */
      revoked_by_reason: {
        [k: string]: number;
      };
      reinstated: number;
      expired: number;
      forfeited: number;
      adjusted_up: number;
      adjusted_down: number;
    };
    revenue: {
      currency: string;
      payments: number;
      captured_minor: number;
      /**
       * Came, and was not what was asked for: nothing was granted for it.
       */
      mismatched_minor: number;
      refunded_minor: number;
      disputed_minor: number;
      disputes_won_minor: number;
    }[];
    users: {
      new: number;
      /**
       * Asked for a job or signed up, each user once.
       */
      active: number;
      /**
       * There are at least so many.
       */
      active_is_least: boolean;
      left: number;
    };
  };
  /**
   * Of the whole deployment: SQS does not count by app. No ages: looking into a queue counts as a delivery. Null when they cannot be read just now.
   */
  queues: {
    /**
     * Messages that wait for a function.
     */
    waiting: number;
    in_flight: number;
    dead_letters: number;
    at: string;
  } | null;
}
export interface NewAsset {
  content_type: UploadType;
  /**
   * Bytes of the file; more than this is not taken.
   */
  bytes: number;
  file_name?: string;
}
export interface NewBroadcast {
  type: 'offer' | 'feature' | 'general';
  title_key: string;
  message_key: string;
  params?: {
    [k: string]: string | number;
  };
  url?: string | null;
  audience: BroadcastAudience;
}
export interface NewCheckout {
  pack_id?: string;
  plan_id?: string;
  /**
   * The app's first one by default.
   */
  provider?: 'stripe' | 'paymob';
  /**
   * On the app's own origins. Default: the app's own pages.
   */
  success_url?: string;
  cancel_url?: string;
  /**
   * Keeps the card for automatic top-ups. Stripe only.
   */
  save_payment_method?: boolean;
  billing_data?: BillingData;
}
export interface NewGeneration {
  tool: string;
  params?: {
    [k: string]: JsonValue;
  };
  /**
   * @maxItems 8
   */
  inputs?: string[];
  /**
   * One of the caller's prompts: its text, as it is now, in place of `params.prompt`.
   */
  prompt_id?: string;
  /**
   * A name for the library. Default: `params.title`, where the tool has one.
   */
  title?: string;
  /**
   * One of the caller's generations: this one is a variation of it, and of what that one is a variation of.
   */
  variation_of?: string;
  /**
   * Runs anew, even where the result of an equal request is kept.
   */
  refresh?: boolean;
}
export interface NewPaymentIntent {
  pack_id: string;
  save_payment_method?: boolean;
}
export interface NewPortal {
  return_url?: string;
}
export interface NewPrompt {
  title?: string;
  text: string;
  thumbnail_asset_id?: string;
  second_image_asset_id?: string;
}
export interface NewRefund {
  /**
   * Default: all that is left.
   */
  amount_minor?: number;
  reason: string;
}
export interface NewSavedReply {
  text: string;
  /**
   * One of the caller's generations: where it came from.
   */
  generation_id?: string;
  note?: string;
}
/**
 * The whole payment, on the day it was made, before the bank has settled it.
 */
export interface NewVoid {
  reason: string;
}
export interface NewWebhook {
  /**
   * https; without credentials or fragment.
   */
  url: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  events: (
    | 'generation.completed'
    | 'generation.failed'
    | 'generation.cancelled'
    | 'payment.captured'
    | 'payment.failed'
    | 'payment.refunded'
    | 'payment.disputed'
    | 'subscription.changed'
    | '*'
  )[];
  description?: string;
}
export interface Notification {
  id: string;
  type: NotificationType;
  title_key: string;
  message_key: string;
  params: {
    [k: string]: string | number;
  };
  /**
   * What it is about: `generation`, `payment`, `subscription` (its id is `current`); null: nothing that can be opened.
   */
  subject: {
    kind: string;
    id: string;
  } | null;
  /**
   * Where the user goes on, as when a bank wants them to confirm.
   */
  url: string | null;
  read: boolean;
  created_at: string;
}
export interface NotificationPage {
  data: Notification[];
  next_cursor: string | null;
}
export interface PackPage {
  data: Pack[];
  next_cursor: null;
}
export interface Payment {
  id: string;
  status: PaymentStatus;
  provider: PaymentProvider;
  purpose: Purpose;
  /**
   * Id and name of the pack or plan, as it was sold.
   */
  item: {
    id: string;
    name: string;
  };
  amount_minor: number;
  currency: string;
  credits: number;
  refunded_minor: number;
  automatic: boolean;
  failure: string | null;
  /**
   * Where the user goes on, while it waits for them.
   */
  action_url: string | null;
  created_at: string;
  paid_at: string | null;
}
export interface PaymentIntent {
  payment_id: string;
  client_secret: string;
  /**
   * What the client's Stripe library is made with; null where the app has not told us.
   */
  publishable_key: string | null;
  amount_minor: number;
  currency: string;
}
export interface PaymentPage {
  data: Payment[];
  next_cursor: string | null;
}
export interface PlanChange {
  plan_id: string;
}
export interface PlanPage {
  data: Plan[];
  next_cursor: null;
}
export interface PlayCount {
  plays: number;
}
export interface PlayView {
  /**
   * Days of activity in a row; 0 once a whole day was missed.
   */
  current_streak: number;
  /**
   * A date of the user's zone.
   */
  last_active_date: string | null;
  monthly_plays: number;
  /**
   * When the month ends in the user's zone.
   */
  plays_reset_at: string;
}
export interface Portal {
  url: string;
}
export interface PreparingExportView {
  status: 'preparing';
  requested_at: string;
}
/**
 * Unknown fields are refused, and so are those that only others may change: credits, plan, roles, e-mail.
 */
export interface ProfilePatch {
  name?: string | null;
  /**
   * Kept in lower case. Not unique: users are told apart by their ids.
   */
  username?: string | null;
  /**
   * One of the app's.
   */
  locale?: string | null;
  zone?: string | null;
  avatar_asset_id?: string | null;
  notification_preferences?: {
    promotions?: boolean;
    feature_updates?: boolean;
    general_alerts?: boolean;
  };
}
export interface Prompt {
  id: string;
  title: string | null;
  text: string;
  thumbnail_asset_id: string | null;
  /**
   * Null as well when the asset is gone.
   */
  thumbnail: {
    url: string;
    url_expires_at: string;
  } | null;
  second_image_asset_id: string | null;
  second_image: {
    url: string;
    url_expires_at: string;
  } | null;
  created_at: string;
  updated_at: string;
}
export interface PromptPage {
  data: Prompt[];
  next_cursor: string | null;
}
/**
 * What is not given stays as it is; null clears it.
 */
export interface PromptPatch {
  title?: string | null;
  text?: string;
  thumbnail_asset_id?: string | null;
  second_image_asset_id?: string | null;
}
export interface PublicCatalogReply {
  id: string;
  name: string;
  zone: string;
  welcome_credits: number;
  default_plan: string;
  plans: Plan[];
  allowances: Allowance[];
  packs: Pack[];
  tools: PublicTool[];
  locales: string[];
}
export interface PublicTool {
  id: string;
  type: 'TRANSFORMATION' | 'FILTER' | 'ANALYSIS' | 'GENERATION';
  name_key: string;
  description_key: string;
  icon_name: string;
  cover_image_url?: string;
  sort_order: number;
  input: {
    images: {
      min: number;
      max: number;
    };
  };
  output: CatalogOutputKind;
  /**
   * JSON Schema of the tool's parameters: an object that takes no others.
   */
  params: {
    type: 'object';
    additionalProperties: false;
    [k: string]: unknown;
  };
  /**
   * Parameters whose value is the id of an active option, by parameter: the option's kind.
   */
  option_params: {
    [k: string]: string;
  };
  cost: ToolCost;
  metering?: Metering;
  /**
   * How long a result answers the same request again, without a charge. 0: never.
   */
  cache_seconds: number;
}
export interface PublicOption {
  id: string;
  name_key: string;
  image_url?: string;
  hex?: string;
  gender?: 'male' | 'female';
  category?: string;
  /**
   * Only for those whose plan is a pro one.
   */
  pro: boolean;
  sort_order: number;
}
export interface PublicOptionPage {
  data: PublicOption[];
  next_cursor: null;
}
export interface PublicToolPage {
  data: PublicTool[];
  next_cursor: null;
}
export interface PutOfferBody {
  offer: AppOffer;
  reason?: string;
}
export interface PutOptionBody {
  option: Option;
  reason?: string;
}
export interface PutPackBody {
  pack: Pack;
  reason?: string;
}
export interface PutPlanBody {
  plan: Plan;
  reason?: string;
}
export interface PutToolBody {
  tool: Tool;
  reason?: string;
}
export interface QueueList {
  data: QueueView[];
}
export interface QueueView {
  name: string;
  kind: 'work' | 'dead-letters';
  service: string;
  /**
   * What the queue is called in the service's stack, as in `JobsEnded`.
   */
  purpose: string;
  /**
   * Approximate, as all that SQS counts.
   */
  waiting: number;
  /**
   * Held by a function, or not due yet.
   */
  in_flight: number;
  /**
   * Of a dead-letter queue, from the first of the messages that were looked at. Null of an empty one, and of queues that functions read: looking there would count as a delivery (CloudWatch's ApproximateAgeOfOldestMessage tells of those).
   */
  oldest_age_seconds: number | null;
  gives_up: {
    after: number;
    to: string;
  } | null;
  takes_from: string[];
  /**
   * Whether `redrive` can give its messages again.
   */
  redrivable: boolean;
}
export interface ReadyExportView {
  status: 'ready';
  /**
   * Fetches the file, JSON, for an hour.
   */
  url: string;
  url_expires_at: string;
  bytes: number;
  /**
   * What happened later is not in it.
   */
  made_at: string;
  /**
   * When the file goes. An export that is older than 24 hours is made anew when it is asked for.
   */
  expires_at: string;
}
export interface Receipt {
  url: string;
}
export interface RedriveView {
  queue: string;
  to: string[];
  status: 'started' | 'running';
  /**
   * Approximate.
   */
  messages: number;
  moved: number;
}
export interface RefundOfGeneration {
  /**
   * Why, in the admin's words; kept in the ledger for ever.
   */
  reason: string;
}
export interface RefundedGeneration {
  id: string;
  user_id: string;
  /**
   * Written down in the generation. The account has them a moment later, unless it is closed.
   */
  refunded_credits: number;
  refunded_at: string;
}
/**
 * What shall be other than it was, field by field.
 */
export interface Regeneration {
  params?: {
    [k: string]: JsonValue;
  };
}
export interface RollBackBody {
  to_version: number;
  reason: string;
}
export interface SavedReply {
  id: string;
  text: string;
  /**
   * It may have been removed since.
   */
  generation_id: string | null;
  note: string | null;
  created_at: string;
}
export interface SavedReplyPage {
  data: SavedReply[];
  next_cursor: string | null;
}
export interface SetRolesBody {
  /**
   * @maxItems 1
   */
  roles: 'admin'[];
}
export interface StartDailyResetBody {
  /**
   * Why, in the admin's words; kept in the ledger for ever.
   */
  reason: string;
}
export interface StartDailyResetReply {
  app: string;
  day: string;
  correlation_id: string;
}
export interface TextsReply {
  locale: string;
  texts: {
    [k: string]: string;
  };
}
export interface TopUpBody {
  /**
   * null: no automatic top-ups.
   */
  top_up: TopUpSettings | null;
}
export interface TransactionPage {
  data: Transaction[];
  next_cursor: string | null;
}
/**
 * Counted to 100; `more`: there are at least as many.
 */
export interface UnreadCount {
  unread: number;
  more: boolean;
}
export interface UsageReply {
  group_by: 'tool' | 'day';
  from: string;
  to: string;
  /**
   * Tools by credits, the most first; days in their order, those without use left out.
   */
  data: {
    /**
     * Where grouped by tool.
     */
    tool: string | null;
    /**
     * Where grouped by day.
     */
    day: string | null;
    /**
     * What completed jobs cost.
     */
    credits: number;
    jobs: number;
  }[];
  total: {
    credits: number;
    jobs: number;
  };
}
export interface UserView {
  id: string;
  app: string;
  email: string | null;
  name: string | null;
  username: string | null;
  locale: string | null;
  /**
   * Null: the app's zone counts.
   */
  zone: string | null;
  avatar_asset_id: string | null;
  roles: string[];
  notification_preferences: {
    promotions: boolean;
    feature_updates: boolean;
    general_alerts: boolean;
  };
  /**
   * Days of activity in a row; 0 once a whole day was missed.
   */
  current_streak: number;
  longest_streak: number;
  /**
   * A date of the user's zone.
   */
  last_active_date: string | null;
  monthly_plays: number;
  /**
   * When the month ends in the user's zone.
   */
  plays_reset_at: string;
  created_at: string;
  updated_at: string;
}
export interface VersionReply {
  version: number;
  at: string;
  actor: string;
  /**
   * Null: none was given.
   */
  reason: string | null;
  /**
   * Whether the app's file was applied, by a deployment or by an operator.
   */
  seeded: boolean;
  /**
   * A deployment brought another file, and the offer stayed as it was, for somebody had changed it.
   */
  set_aside: boolean;
  rolled_back_to: number | null;
  changed: string[];
  truncated: boolean;
  /**
   * What PUT /v1/admin/catalog takes as `offer`.
   */
  offer: {
    [k: string]: unknown;
  };
}
export interface VersionsReply {
  data: {
    version: number;
    at: string;
    actor: string;
    /**
     * Null: none was given.
     */
    reason: string | null;
    /**
     * Whether the app's file was applied, by a deployment or by an operator.
     */
    seeded: boolean;
    /**
     * A deployment brought another file, and the offer stayed as it was, for somebody had changed it.
     */
    set_aside: boolean;
    rolled_back_to: number | null;
    changed: string[];
    truncated: boolean;
  }[];
  next_cursor: string | null;
}
export interface Webhook {
  id: string;
  url: string;
  events: (
    | 'generation.completed'
    | 'generation.failed'
    | 'generation.cancelled'
    | 'payment.captured'
    | 'payment.failed'
    | 'payment.refunded'
    | 'payment.disputed'
    | 'subscription.changed'
    | '*'
  )[];
  description: string | null;
  active: boolean;
  /**
   * Switched off because the receiver answered 410.
   */
  gone: boolean;
  /**
   * Secrets that were replaced sign along until then.
   */
  old_secrets_until: string | null;
  created_at: string;
  updated_at: string;
}
export interface WebhookPage {
  data: Webhook[];
  next_cursor: string | null;
}
/**
 * What is not given stays as it is; null clears it.
 */
export interface WebhookPatch {
  url?: string;
  /**
   * @minItems 1
   * @maxItems 20
   */
  events?: (
    | 'generation.completed'
    | 'generation.failed'
    | 'generation.cancelled'
    | 'payment.captured'
    | 'payment.failed'
    | 'payment.refunded'
    | 'payment.disputed'
    | 'subscription.changed'
    | '*'
  )[];
  description?: string | null;
  active?: boolean;
}
/**
 * The only answers with a secret.
 */
export interface WebhookWithSecret {
  id: string;
  url: string;
  events: (
    | 'generation.completed'
    | 'generation.failed'
    | 'generation.cancelled'
    | 'payment.captured'
    | 'payment.failed'
    | 'payment.refunded'
    | 'payment.disputed'
    | 'subscription.changed'
    | '*'
  )[];
  description: string | null;
  active: boolean;
  /**
   * Switched off because the receiver answered 410.
   */
  gone: boolean;
  /**
   * Secrets that were replaced sign along until then.
   */
  old_secrets_until: string | null;
  created_at: string;
  updated_at: string;
  secret: string;
}
export interface ListAccountsQuery {
  limit?: number;
  cursor?: string;
  search?: string;
  sort?: 'balance' | 'spent';
  order?: 'asc' | 'desc';
}
export interface GetAccountQuery {
  limit?: number;
  cursor?: string;
}
export interface ListAccountTransactionsQuery {
  limit?: number;
  cursor?: string;
  /**
   * The first day, of the app's zone.
   */
  from?: string;
  /**
   * The last day.
   */
  to?: string;
  type?: TransactionType;
  tool?: string;
}
export interface ListAuditQuery {
  limit?: number;
  cursor?: string;
  /**
   * As in `admin:<user id>` or `admin:key-0123456789ab`.
   */
  actor?: string;
  since?: string;
}
export interface ListBroadcastsQuery {
  limit?: number;
  cursor?: string;
}
export interface ListCallbacksQuery {
  limit?: number;
  cursor?: string;
  outcome?: CallbackOutcome;
}
export interface PutOfferQuery {
  dry_run?: 'true' | 'false';
}
export interface PutOptionQuery {
  dry_run?: 'true' | 'false';
}
export interface DeleteOptionQuery {
  dry_run?: 'true' | 'false';
  reason?: string;
}
export interface PutPackQuery {
  dry_run?: 'true' | 'false';
}
export interface DeletePackQuery {
  dry_run?: 'true' | 'false';
  reason?: string;
}
export interface PutPlanQuery {
  dry_run?: 'true' | 'false';
}
export interface DeletePlanQuery {
  dry_run?: 'true' | 'false';
  reason?: string;
}
export interface RollBackQuery {
  dry_run?: 'true' | 'false';
}
export interface PutToolQuery {
  dry_run?: 'true' | 'false';
}
export interface DeleteToolQuery {
  dry_run?: 'true' | 'false';
  reason?: string;
}
export interface ListVersionsQuery {
  limit?: number;
  cursor?: string;
}
export interface ListAppGenerationsQuery {
  limit?: number;
  cursor?: string;
  user?: string;
  status?: ListedStatus;
  tool?: string;
  /**
   * Requested then or later.
   */
  since?: string;
}
export interface ListFailuresQuery {
  limit?: number;
  cursor?: string;
  tool?: string;
  reason?: 'failed' | 'blocked' | 'deadline';
  from?: string;
  to?: string;
}
export interface GetAppGenerationQuery {
  limit?: number;
  cursor?: string;
}
export interface ListAppPaymentsQuery {
  limit?: number;
  cursor?: string;
  user?: string;
  status?: PaymentStatus;
}
export interface ListPaymentCallbacksQuery {
  limit?: number;
  cursor?: string;
}
export interface ListUsersQuery {
  limit?: number;
  cursor?: string;
  query?: string;
}
export interface ListWebhooksQuery {
  limit?: number;
  cursor?: string;
}
export interface ListDeliveriesQuery {
  limit?: number;
  cursor?: string;
  status?: DeliveryStatus;
}
export interface ListOptionsQuery {
  gender?: 'male' | 'female';
  category?: string;
}
export interface ListAssetsQuery {
  limit?: number;
  cursor?: string;
}
export interface ExportStatementQuery {
  /**
   * The first day, of the app's zone.
   */
  from?: string;
  /**
   * The last day.
   */
  to?: string;
}
export interface ListTransactionsQuery {
  limit?: number;
  cursor?: string;
  /**
   * The first day, of the app's zone.
   */
  from?: string;
  /**
   * The last day.
   */
  to?: string;
  type?: TransactionType;
  tool?: string;
}
export interface GetUsageQuery {
  group_by?: 'tool' | 'day';
  /**
   * The first day, of the app's zone.
   */
  from?: string;
  /**
   * The last day.
   */
  to?: string;
}
export interface ListGenerationsQuery {
  limit?: number;
  cursor?: string;
  status?: ListedStatus;
  tool?: string;
  favourite?: 'true';
  text?: string;
  variation_of?: string;
}
export interface ListGenerationEventsQuery {
  limit?: number;
  cursor?: string;
}
export interface ListVariationsQuery {
  limit?: number;
  cursor?: string;
}
export interface ListNotificationsQuery {
  limit?: number;
  cursor?: string;
  unread?: 'true';
}
export interface ListDeploymentAuditQuery {
  limit?: number;
  cursor?: string;
  /**
   * As in `admin:<user id>` or `admin:key-0123456789ab`.
   */
  actor?: string;
  since?: string;
  app?: string | '*';
}
export interface ListPaymentsQuery {
  limit?: number;
  cursor?: string;
}
export interface ListPromptsQuery {
  limit?: number;
  cursor?: string;
}
export interface ListSavedRepliesQuery {
  limit?: number;
  cursor?: string;
  generation_id?: string;
}
export interface PreviewChangeQuery {
  plan_id: string;
}

/** What the API's problems are called. */
export type ProblemType =
  | 'urn:tessera:problem:account-closed'
  | 'urn:tessera:problem:account-unknown'
  | 'urn:tessera:problem:adjustment-exceeds-balance'
  | 'urn:tessera:problem:app-unknown'
  | 'urn:tessera:problem:asset-not-found'
  | 'urn:tessera:problem:asset-not-ready'
  | 'urn:tessera:problem:body-too-large'
  | 'urn:tessera:problem:broadcast-over'
  | 'urn:tessera:problem:broadcast-unknown'
  | 'urn:tessera:problem:callback-unknown'
  | 'urn:tessera:problem:callback-untrusted'
  | 'urn:tessera:problem:catalog-unreachable'
  | 'urn:tessera:problem:changes-too-many'
  | 'urn:tessera:problem:credits-insufficient'
  | 'urn:tessera:problem:customer-none'
  | 'urn:tessera:problem:daily-cap-reached'
  | 'urn:tessera:problem:debt-outstanding'
  | 'urn:tessera:problem:delivery-unknown'
  | 'urn:tessera:problem:forbidden'
  | 'urn:tessera:problem:grants-too-many'
  | 'urn:tessera:problem:hold-closed'
  | 'urn:tessera:problem:hold-differs'
  | 'urn:tessera:problem:holds-open'
  | 'urn:tessera:problem:holds-too-many'
  | 'urn:tessera:problem:hook-payload-invalid'
  | 'urn:tessera:problem:hook-secrets-unreachable'
  | 'urn:tessera:problem:hook-unknown'
  | 'urn:tessera:problem:hook-untrusted'
  | 'urn:tessera:problem:idempotency-mismatch'
  | 'urn:tessera:problem:internal-error'
  | 'urn:tessera:problem:job-finished'
  | 'urn:tessera:problem:job-not-charged'
  | 'urn:tessera:problem:job-not-found'
  | 'urn:tessera:problem:job-not-playable'
  | 'urn:tessera:problem:job-not-retryable'
  | 'urn:tessera:problem:job-removed'
  | 'urn:tessera:problem:job-running'
  | 'urn:tessera:problem:jobs-too-many'
  | 'urn:tessera:problem:ledger-unreachable'
  | 'urn:tessera:problem:locale-unknown'
  | 'urn:tessera:problem:media-type-unsupported'
  | 'urn:tessera:problem:not-found'
  | 'urn:tessera:problem:notification-unknown'
  | 'urn:tessera:problem:offer-invalid'
  | 'urn:tessera:problem:offer-too-large'
  | 'urn:tessera:problem:option-kind-unknown'
  | 'urn:tessera:problem:option-unknown'
  | 'urn:tessera:problem:pack-unknown'
  | 'urn:tessera:problem:payment-over'
  | 'urn:tessera:problem:payment-unknown'
  | 'urn:tessera:problem:payment-unvoidable'
  | 'urn:tessera:problem:plan-not-sold'
  | 'urn:tessera:problem:plan-required'
  | 'urn:tessera:problem:plan-same'
  | 'urn:tessera:problem:plan-unknown'
  | 'urn:tessera:problem:prompt-not-found'
  | 'urn:tessera:problem:prompt-removed'
  | 'urn:tessera:problem:prompts-too-many'
  | 'urn:tessera:problem:provider-refused'
  | 'urn:tessera:problem:provider-unavailable'
  | 'urn:tessera:problem:provider-unsupported'
  | 'urn:tessera:problem:queue-not-dead-letters'
  | 'urn:tessera:problem:queue-of-stream'
  | 'urn:tessera:problem:queue-unknown'
  | 'urn:tessera:problem:range-too-large'
  | 'urn:tessera:problem:rate-limited'
  | 'urn:tessera:problem:receipt-none'
  | 'urn:tessera:problem:record-changed'
  | 'urn:tessera:problem:refund-exceeds'
  | 'urn:tessera:problem:replies-too-many'
  | 'urn:tessera:problem:reply-not-found'
  | 'urn:tessera:problem:reply-removed'
  | 'urn:tessera:problem:request-invalid'
  | 'urn:tessera:problem:role-own'
  | 'urn:tessera:problem:rotations-too-many'
  | 'urn:tessera:problem:subscription-exists'
  | 'urn:tessera:problem:subscription-none'
  | 'urn:tessera:problem:subscription-unchangeable'
  | 'urn:tessera:problem:text-missing'
  | 'urn:tessera:problem:threshold-above-pack'
  | 'urn:tessera:problem:tool-unknown'
  | 'urn:tessera:problem:unauthenticated'
  | 'urn:tessera:problem:unavailable'
  | 'urn:tessera:problem:url-elsewhere'
  | 'urn:tessera:problem:user-left'
  | 'urn:tessera:problem:user-unknown'
  | 'urn:tessera:problem:version-missing'
  | 'urn:tessera:problem:version-stale'
  | 'urn:tessera:problem:version-unknown'
  | 'urn:tessera:problem:webhook-inactive'
  | 'urn:tessera:problem:webhook-removed'
  | 'urn:tessera:problem:webhook-unknown'
  | 'urn:tessera:problem:webhooks-too-many';
