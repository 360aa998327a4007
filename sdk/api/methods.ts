/** Every operation of the API as a method. Made by `npm run sdk:types`. */
import type { CallOptions, Keyed, Matched } from '../client/options.ts';
import type { Pages } from '../client/pages.ts';
import type {
  AcceptedGeneration,
  AccountRow,
  AccountView,
  ActivityView,
  AdjustCreditsBody,
  AdjustmentReply,
  AdminPayment,
  AdminUserView,
  AlertView,
  AllowanceCheck,
  AppGeneration,
  AppGenerationRow,
  Asset,
  AssetPatch,
  AuditView,
  Broadcast,
  Callback,
  CallbackWithRaw,
  Cancellation,
  CancelledGeneration,
  ChangedSubscription,
  ChangePlanBody,
  ChangePreview,
  ChangeReply,
  Checkout,
  CloseAccountBody,
  CreatedAsset,
  CreditsReply,
  CurrentReply,
  DeadLetterList,
  DeleteOptionQuery,
  DeletePackQuery,
  DeletePlanQuery,
  DeleteToolQuery,
  Delivery,
  ExportStatementQuery,
  Failure,
  Generation,
  GenerationEventView,
  GenerationPatch,
  GetAccountQuery,
  GetAccountReply,
  GetAppGenerationQuery,
  GetUsageQuery,
  ListAccountsQuery,
  ListAccountTransactionsQuery,
  ListAllowancesReply,
  ListAppGenerationsQuery,
  ListAppPaymentsQuery,
  ListAssetsQuery,
  ListAuditQuery,
  ListBroadcastsQuery,
  ListCallbacksQuery,
  ListDeliveriesQuery,
  ListDeploymentAuditQuery,
  ListFailuresQuery,
  ListGenerationEventsQuery,
  ListGenerationsQuery,
  ListNotificationsQuery,
  ListOptionsQuery,
  ListPaymentCallbacksQuery,
  ListPaymentsQuery,
  ListPromptsQuery,
  ListSavedRepliesQuery,
  ListTransactionsQuery,
  ListUsersQuery,
  ListVariationsQuery,
  ListVersionsQuery,
  ListWebhooksQuery,
  MarkedRead,
  MetricsView,
  NewAsset,
  NewBroadcast,
  NewCheckout,
  NewGeneration,
  NewPaymentIntent,
  NewPortal,
  NewPrompt,
  NewRefund,
  NewSavedReply,
  NewVoid,
  NewWebhook,
  Notification,
  Pack,
  Payment,
  PaymentIntent,
  Plan,
  PlanChange,
  PlayCount,
  PlayView,
  Portal,
  PreparingExportView,
  PreviewChangeQuery,
  ProfilePatch,
  Prompt,
  PromptPatch,
  PublicCatalogReply,
  PublicOption,
  PublicTool,
  PutOfferBody,
  PutOfferQuery,
  PutOptionBody,
  PutOptionQuery,
  PutPackBody,
  PutPackQuery,
  PutPlanBody,
  PutPlanQuery,
  PutToolBody,
  PutToolQuery,
  QueueList,
  ReadyExportView,
  Receipt,
  RedriveView,
  RefundedGeneration,
  RefundOfGeneration,
  Regeneration,
  RollBackBody,
  RollBackQuery,
  SavedReply,
  SetRolesBody,
  StartDailyResetBody,
  StartDailyResetReply,
  Subscription,
  TextsReply,
  TopUpBody,
  TopUpReply,
  Transaction,
  UnreadCount,
  UsageReply,
  UserView,
  VersionReply,
  VersionsReply,
  Webhook,
  WebhookPatch,
  WebhookWithSecret,
} from './types.ts';

export interface UserMethods {
  readonly allowances: {
    /** Free uses of tools on the caller's plan; tools that it does not limit are left out. `GET /v1/allowances` */
    list(options?: CallOptions): Promise<ListAllowancesReply>;
    /** Whether the caller may use the tool once more for free; counts one use when allowed. `POST /v1/allowances/{tool}/check` */
    check(tool: string, options?: CallOptions & Keyed): Promise<AllowanceCheck>;
  };
  readonly apps: {
    /** An app's tools, plans and packs. `GET /v1/apps/{app}/catalog` */
    getCatalog(app: string, options?: CallOptions): Promise<PublicCatalogReply>;
    /** What a user picks from for a parameter, in order. `GET /v1/apps/{app}/options/{kind}` */
    listOptions(app: string, kind: string, query?: ListOptionsQuery, options?: CallOptions): Pages<PublicOption>;
    /** An app's packs of credits. `GET /v1/apps/{app}/packs` */
    listPacks(app: string, options?: CallOptions): Pages<Pack>;
    /** An app's plans. `GET /v1/apps/{app}/plans` */
    listPlans(app: string, options?: CallOptions): Pages<Plan>;
    /** An app's texts in one of its languages, by translation key. `GET /v1/apps/{app}/texts/{locale}` */
    getTexts(app: string, locale: string, options?: CallOptions): Promise<TextsReply>;
    /** An app's active tools, in their order. `GET /v1/apps/{app}/tools` */
    listTools(app: string, options?: CallOptions): Pages<PublicTool>;
    /** One active tool. `GET /v1/apps/{app}/tools/{id}` */
    getTool(app: string, id: string, options?: CallOptions): Promise<PublicTool>;
  };
  readonly assets: {
    /** Your files, newest first. `GET /v1/assets` */
    list(query?: ListAssetsQuery, options?: CallOptions): Pages<Asset>;
    /** Announce a file and get a form to upload it with; what nothing uses goes after 30 days. `POST /v1/assets` */
    create(body: NewAsset, options?: CallOptions): Promise<CreatedAsset>;
    /** One file, with a URL that works for an hour once it is ready. `GET /v1/assets/{id}` */
    get(id: string, options?: CallOptions): Promise<Asset>;
    /** Give a file another name; null takes the name off. `PATCH /v1/assets/{id}` */
    change(id: string, body: AssetPatch, options?: CallOptions): Promise<Asset>;
    /** Remove a file for good; prompts that show it stay, without it. `DELETE /v1/assets/{id}` */
    delete(id: string, options?: CallOptions): Promise<void>;
  };
  readonly billingPortal: {
    /** Opens Stripe's own page for cards, invoices and the subscription. `POST /v1/billing-portal` */
    open(body?: NewPortal, options?: CallOptions): Promise<Portal>;
  };
  readonly checkout: {
    /** Opens the provider's payment page for a pack, or for a plan. `POST /v1/checkout` */
    create(body: NewCheckout, options?: CallOptions & Keyed): Promise<Checkout>;
  };
  readonly credits: {
    /** The caller's credits. `GET /v1/credits` */
    get(options?: CallOptions): Promise<CreditsReply>;
    /** Below which balance the caller wants to be told. `GET /v1/credits/alert` */
    getAlert(options?: CallOptions): Promise<AlertView>;
    /** Sets the balance below which the caller wants to be told. `PUT /v1/credits/alert` */
    setAlert(body: AlertView, options?: CallOptions): Promise<AlertView>;
    /** What changed the caller's balance on some days, oldest first, for a spreadsheet. `GET /v1/credits/statement.csv` */
    exportStatement(query?: ExportStatementQuery, options?: CallOptions): Promise<string>;
    /** The caller's automatic top-up. `GET /v1/credits/top-up` */
    getTopUp(options?: CallOptions): Promise<TopUpReply>;
    /** Has a pack bought whenever the balance falls below a threshold, or not any more. `PUT /v1/credits/top-up` */
    setTopUp(body: TopUpBody, options?: CallOptions): Promise<TopUpReply>;
    /** What changed the caller's balance, newest first. `GET /v1/credits/transactions` */
    listTransactions(query?: ListTransactionsQuery, options?: CallOptions): Pages<Transaction>;
    /** Credits that completed jobs cost, by tool or by day; the last 30 days unless told. `GET /v1/credits/usage` */
    getUsage(query?: GetUsageQuery, options?: CallOptions): Promise<UsageReply>;
  };
  readonly docs: {
    /** The same as a page for people. `GET /v1/docs` */
    get(options?: CallOptions): Promise<string>;
  };
  readonly generations: {
    /** Your generations, newest first. `GET /v1/generations` */
    list(query?: ListGenerationsQuery, options?: CallOptions): Pages<Generation>;
    /** Run a tool: holds its credits and puts the job into the queue. `POST /v1/generations` */
    create(body: NewGeneration, options?: CallOptions & Keyed): Promise<AcceptedGeneration>;
    /** One generation as it is now, with URLs of its outputs that work for an hour. `GET /v1/generations/{id}` */
    get(id: string, options?: CallOptions): Promise<Generation>;
    /** Name a generation, or mark it as a favourite. `PATCH /v1/generations/{id}` */
    change(id: string, body: GenerationPatch, options?: CallOptions): Promise<Generation>;
    /** Remove a generation that is over, with its files, for good; its variations stay. `DELETE /v1/generations/{id}` */
    delete(id: string, options?: CallOptions): Promise<void>;
    /** Take a generation back before it is finished; its credits come back. `POST /v1/generations/{id}/cancel` */
    cancel(id: string, options?: CallOptions): Promise<CancelledGeneration>;
    /** What happened to a generation, oldest first; kept for 90 days. `GET /v1/generations/{id}/events` */
    listEvents(id: string, query?: ListGenerationEventsQuery, options?: CallOptions): Pages<GenerationEventView>;
    /** Count one more play of a song or film; the key of the last one counts nothing. `POST /v1/generations/{id}/plays` */
    recordPlay(id: string, options?: CallOptions & Keyed): Promise<PlayCount>;
    /** Run a generation's tool once more, as a variation of it, at today's price. `POST /v1/generations/{id}/regenerate` */
    regenerate(id: string, body?: Regeneration, options?: CallOptions & Keyed): Promise<AcceptedGeneration>;
    /** All variations of the family that a generation belongs to, newest first. `GET /v1/generations/{id}/variations` */
    listVariations(id: string, query?: ListVariationsQuery, options?: CallOptions): Pages<Generation>;
  };
  readonly me: {
    /** The caller's record, which begins here for whoever is seen for the first time. `GET /v1/me` */
    get(options?: CallOptions): Promise<UserView>;
    /** Changes the caller's profile; null clears a field. `PATCH /v1/me` */
    change(body?: ProfilePatch, options?: CallOptions & Partial<Matched>): Promise<UserView>;
    /** The caller leaves for good, without being asked again: the token is refused from now on, files, runs and profile are removed, credits are forfeited. `DELETE /v1/me` */
    delete(options?: CallOptions): Promise<void>;
    /** Counts today as a day of activity, once, by the date in the caller's zone. `POST /v1/me/activity` */
    recordActivity(options?: CallOptions): Promise<ActivityView>;
    /** A copy of all that is kept of the caller. `GET /v1/me/export` */
    getExport(options?: CallOptions): Promise<ReadyExportView | PreparingExportView>;
    /** Counts one play in the month of the caller's zone, and today as a day of activity. `POST /v1/me/plays` */
    countPlay(options?: CallOptions & Keyed): Promise<PlayView>;
  };
  readonly notifications: {
    /** The user's notifications of the last 90 days, newest first; with `unread=true` those not read yet alone. `GET /v1/notifications` */
    list(query?: ListNotificationsQuery, options?: CallOptions): Pages<Notification>;
    /** Marks all as read, five hundred at a time: `more` says that there are others. `POST /v1/notifications/read-all` */
    readAll(options?: CallOptions): Promise<MarkedRead>;
    /** How many are not read yet, up to a hundred. `GET /v1/notifications/unread-count` */
    countUnread(options?: CallOptions): Promise<UnreadCount>;
    /** Removes one. `DELETE /v1/notifications/{id}` */
    delete(id: string, options?: CallOptions): Promise<void>;
    /** Marks one as read; once more changes nothing. `POST /v1/notifications/{id}/read` */
    read(id: string, options?: CallOptions): Promise<Notification>;
  };
  readonly openapi: {
    /** This document: OpenAPI 3.1. `GET /v1/openapi.json` */
    getOpenApi(options?: CallOptions): Promise<Record<string, unknown>>;
  };
  readonly paymentIntents: {
    /** Begins a pack's payment inside the app, with Stripe's own elements. `POST /v1/payment-intents` */
    create(body: NewPaymentIntent, options?: CallOptions & Keyed): Promise<PaymentIntent>;
  };
  readonly payments: {
    /** The user's payments, newest first. `GET /v1/payments` */
    list(query?: ListPaymentsQuery, options?: CallOptions): Pages<Payment>;
    /** One payment, as it stands now. `GET /v1/payments/{id}` */
    get(id: string, options?: CallOptions): Promise<Payment>;
    /** Where the provider shows the payment's receipt. `GET /v1/payments/{id}/receipt` */
    getReceipt(id: string, options?: CallOptions): Promise<Receipt>;
  };
  readonly prompts: {
    /** Your prompts, newest first. `GET /v1/prompts` */
    list(query?: ListPromptsQuery, options?: CallOptions): Pages<Prompt>;
    /** Keep a prompt, with up to two of your pictures; repeated with the same key it is kept once. `POST /v1/prompts` */
    create(body: NewPrompt, options?: CallOptions & Keyed): Promise<Prompt>;
    /** One prompt, with URLs of its pictures that work for an hour. `GET /v1/prompts/{id}` */
    get(id: string, options?: CallOptions): Promise<Prompt>;
    /** Change a prompt; null clears a field. `PATCH /v1/prompts/{id}` */
    change(id: string, body?: PromptPatch, options?: CallOptions): Promise<Prompt>;
    /** Remove a prompt for good; its pictures stay. `DELETE /v1/prompts/{id}` */
    delete(id: string, options?: CallOptions): Promise<void>;
  };
  readonly savedReplies: {
    /** Your saved replies, newest first. `GET /v1/saved-replies` */
    list(query?: ListSavedRepliesQuery, options?: CallOptions): Pages<SavedReply>;
    /** Keep a reply; repeated with the same key it is kept once. `POST /v1/saved-replies` */
    create(body: NewSavedReply, options?: CallOptions & Keyed): Promise<SavedReply>;
    /** One saved reply. `GET /v1/saved-replies/{id}` */
    get(id: string, options?: CallOptions): Promise<SavedReply>;
    /** Remove a saved reply for good. `DELETE /v1/saved-replies/{id}` */
    delete(id: string, options?: CallOptions): Promise<void>;
  };
  readonly subscription: {
    /** The user's subscription; its status is `none` where there is none. `GET /v1/subscription` */
    get(options?: CallOptions): Promise<Subscription>;
    /** Ends it now, or when the paid period is over. `POST /v1/subscription/cancel` */
    cancel(body: Cancellation, options?: CallOptions): Promise<Subscription>;
    /** Changes the plan. `POST /v1/subscription/change` */
    change(body: PlanChange, options?: CallOptions & Keyed): Promise<ChangedSubscription>;
    /** What a change to this plan would cost now, and when it would take effect. `GET /v1/subscription/change-preview` */
    previewChange(query: PreviewChangeQuery, options?: CallOptions): Promise<ChangePreview>;
    /** Takes back a cancellation that waits for the end of the period. `POST /v1/subscription/resume` */
    resume(options?: CallOptions): Promise<Subscription>;
  };
}

export interface AdminMethods {
  readonly accounts: {
    /** The app's accounts, by balance or by what was spent; or those whose user id begins with some text, by that id. `GET /v1/admin/accounts` */
    list(query?: ListAccountsQuery, options?: CallOptions): Pages<AccountRow>;
    /** One account, and what happened to it, newest first. `GET /v1/admin/accounts/{user}` */
    get(user: string, query?: GetAccountQuery, options?: CallOptions): Promise<GetAccountReply>;
    /** Gives credits to an account, or takes some away. `POST /v1/admin/accounts/{user}/adjustments` */
    adjustCredits(user: string, body: AdjustCreditsBody, options?: CallOptions & Keyed): Promise<AdjustmentReply>;
    /** Closes an account for good; what is left in it is forfeited. `POST /v1/admin/accounts/{user}/close` */
    close(user: string, body: CloseAccountBody, options?: CallOptions): Promise<AccountView>;
    /** Puts an account on another plan. `POST /v1/admin/accounts/{user}/plan` */
    changePlan(user: string, body: ChangePlanBody, options?: CallOptions): Promise<AccountView>;
    /** An account's statement, as its user sees it, newest first. `GET /v1/admin/accounts/{user}/transactions` */
    listTransactions(user: string, query?: ListAccountTransactionsQuery, options?: CallOptions): Pages<Transaction>;
  };
  readonly audit: {
    /** What admins of the admin's app did, newest first, and how it ended; kept for 400 days. `GET /v1/admin/audit` */
    list(query?: ListAuditQuery, options?: CallOptions): Pages<AuditView>;
    /** What operators did, newest first, and how it ended; with `app`, what that app's admins did. `GET /v1/operator/audit` */
    listDeployment(query?: ListDeploymentAuditQuery, options?: CallOptions): Pages<AuditView>;
  };
  readonly broadcasts: {
    /** The app's broadcasts, newest first, with how far they are. `GET /v1/admin/broadcasts` */
    list(query?: ListBroadcastsQuery, options?: CallOptions): Pages<Broadcast>;
    /** Tells all users of the app, those of a plan, or a list, in batches. `POST /v1/admin/broadcasts` */
    create(body: NewBroadcast, options?: CallOptions & Keyed): Promise<Broadcast>;
    /** One broadcast. `GET /v1/admin/broadcasts/{id}` */
    get(id: string, options?: CallOptions): Promise<Broadcast>;
    /** Sends it to nobody more. `POST /v1/admin/broadcasts/{id}/stop` */
    stop(id: string, options?: CallOptions): Promise<Broadcast>;
  };
  readonly callbacks: {
    /** The providers' callbacks, newest first; those that came to nothing by their outcome. `GET /v1/admin/callbacks` */
    list(query?: ListCallbacksQuery, options?: CallOptions): Pages<Callback>;
    /** One callback with its body as it came. `GET /v1/admin/callbacks/{id}` */
    get(id: string, options?: CallOptions): Promise<CallbackWithRaw>;
  };
  readonly catalog: {
    /** The app's whole offer and its version. `GET /v1/admin/catalog` */
    getOffer(options?: CallOptions): Promise<CurrentReply>;
    /** Puts a whole offer in the place of the one whose version If-Match names. `PUT /v1/admin/catalog` */
    putOffer(
      body: PutOfferBody,
      options: CallOptions & Matched & { readonly query?: PutOfferQuery | undefined },
    ): Promise<ChangeReply>;
    /** Adds or replaces one option; the first one of a kind begins it. `PUT /v1/admin/catalog/options/{kind}/{id}` */
    putOption(
      kind: string,
      id: string,
      body: PutOptionBody,
      options: CallOptions & Matched & { readonly query?: PutOptionQuery | undefined },
    ): Promise<ChangeReply>;
    /** Takes one option away; the last one of a kind ends it. `DELETE /v1/admin/catalog/options/{kind}/{id}` */
    deleteOption(
      kind: string,
      id: string,
      options: CallOptions & Matched & { readonly query?: DeleteOptionQuery | undefined },
    ): Promise<ChangeReply>;
    /** Adds or replaces one pack of credits. `PUT /v1/admin/catalog/packs/{id}` */
    putPack(
      id: string,
      body: PutPackBody,
      options: CallOptions & Matched & { readonly query?: PutPackQuery | undefined },
    ): Promise<ChangeReply>;
    /** Takes one pack away. `DELETE /v1/admin/catalog/packs/{id}` */
    deletePack(
      id: string,
      options: CallOptions & Matched & { readonly query?: DeletePackQuery | undefined },
    ): Promise<ChangeReply>;
    /** Adds or replaces one plan. `PUT /v1/admin/catalog/plans/{id}` */
    putPlan(
      id: string,
      body: PutPlanBody,
      options: CallOptions & Matched & { readonly query?: PutPlanQuery | undefined },
    ): Promise<ChangeReply>;
    /** Takes one plan away. `DELETE /v1/admin/catalog/plans/{id}` */
    deletePlan(
      id: string,
      options: CallOptions & Matched & { readonly query?: DeletePlanQuery | undefined },
    ): Promise<ChangeReply>;
    /** Makes an earlier version's offer the current one again, as a new version. `POST /v1/admin/catalog/rollback` */
    rollBack(
      body: RollBackBody,
      options: CallOptions & Matched & { readonly query?: RollBackQuery | undefined },
    ): Promise<ChangeReply>;
    /** Adds or replaces one tool; the offer must be valid with it. `PUT /v1/admin/catalog/tools/{id}` */
    putTool(
      id: string,
      body: PutToolBody,
      options: CallOptions & Matched & { readonly query?: PutToolQuery | undefined },
    ): Promise<ChangeReply>;
    /** Takes one tool away; the offer must be valid without it. `DELETE /v1/admin/catalog/tools/{id}` */
    deleteTool(
      id: string,
      options: CallOptions & Matched & { readonly query?: DeleteToolQuery | undefined },
    ): Promise<ChangeReply>;
    /** What became of the app's offer, newest first: when, by whom, why, and what changed. `GET /v1/admin/catalog/versions` */
    listVersions(query?: ListVersionsQuery, options?: CallOptions): Promise<VersionsReply>;
    /** One version, with the whole offer as it was then. `GET /v1/admin/catalog/versions/{version}` */
    getVersion(version: string, options?: CallOptions): Promise<VersionReply>;
  };
  readonly dailyReset: {
    /** Issues today's allowance to every account of the app that has not had it, as the schedule does at midnight. `POST /v1/admin/daily-reset` */
    start(body: StartDailyResetBody, options?: CallOptions): Promise<StartDailyResetReply>;
  };
  readonly generations: {
    /** The app's generations, or one user's, newest first. `GET /v1/admin/generations` */
    list(query?: ListAppGenerationsQuery, options?: CallOptions): Pages<AppGenerationRow>;
    /** The app's failed generations of the last 90 days, newest first. `GET /v1/admin/generations/failures` */
    listFailures(query?: ListFailuresQuery, options?: CallOptions): Pages<Failure>;
    /** One generation of the app, whoever’s it is, with all that happened to it and why it failed. `GET /v1/admin/generations/{id}` */
    get(id: string, query?: GetAppGenerationQuery, options?: CallOptions): Promise<AppGeneration>;
    /** Give back what a completed generation cost: all of it, once, however often it is asked for. `POST /v1/admin/generations/{id}/refund` */
    refund(id: string, body: RefundOfGeneration, options?: CallOptions): Promise<RefundedGeneration>;
    /** Run a failed or cancelled generation's tool once more for its owner, on the owner's account and at its limits. `POST /v1/admin/generations/{id}/retry` */
    retry(id: string, options?: CallOptions & Keyed): Promise<AcceptedGeneration>;
  };
  readonly metrics: {
    /** Figures of the admin's app for today, 7 and 30 days, today included, in the app's zone: jobs, credits, revenue, users; and how full the queues of the whole deployment are. `GET /v1/admin/metrics` */
    get(options?: CallOptions): Promise<MetricsView>;
  };
  readonly payments: {
    /** The app's payments, or one user's, newest first; those of one status alone. `GET /v1/admin/payments` */
    list(query?: ListAppPaymentsQuery, options?: CallOptions): Pages<AdminPayment>;
    /** One payment of the app. `GET /v1/admin/payments/{id}` */
    get(id: string, options?: CallOptions): Promise<AdminPayment>;
    /** Every callback of the provider that told of the payment, newest first. `GET /v1/admin/payments/{id}/callbacks` */
    listCallbacks(id: string, query?: ListPaymentCallbacksQuery, options?: CallOptions): Pages<Callback>;
    /** Gives money back; the credits go when the provider says that the money did. `POST /v1/admin/payments/{id}/refunds` */
    refund(id: string, body: NewRefund, options?: CallOptions & Keyed): Promise<AdminPayment>;
    /** Takes a payment back on the day it was made. `POST /v1/admin/payments/{id}/void` */
    void(id: string, body: NewVoid, options?: CallOptions): Promise<AdminPayment>;
  };
  readonly users: {
    /** The users of the admin's app, the newest first; or one by id; or those whose e-mail address begins with some text, by address. `GET /v1/admin/users` */
    list(query?: ListUsersQuery, options?: CallOptions): Pages<AdminUserView>;
    /** One user of the admin's app. `GET /v1/admin/users/{user}` */
    get(user: string, options?: CallOptions): Promise<AdminUserView>;
    /** As if the user had left. `DELETE /v1/admin/users/{user}` */
    delete(user: string, options?: CallOptions): Promise<void>;
    /** What a user may be beside a user, from the next request on. `PUT /v1/admin/users/{user}/roles` */
    setRoles(user: string, body: SetRolesBody, options?: CallOptions): Promise<AdminUserView>;
  };
  readonly webhooks: {
    /** The app's webhooks, newest first; at most 20 are kept. `GET /v1/admin/webhooks` */
    list(query?: ListWebhooksQuery, options?: CallOptions): Pages<Webhook>;
    /** Has the app's own server told of events. `POST /v1/admin/webhooks` */
    create(body: NewWebhook, options?: CallOptions & Keyed): Promise<WebhookWithSecret>;
    /** One webhook. `GET /v1/admin/webhooks/{id}` */
    get(id: string, options?: CallOptions): Promise<Webhook>;
    /** Changes the address, the events or the description, or switches it on or off. `PATCH /v1/admin/webhooks/{id}` */
    change(id: string, body?: WebhookPatch, options?: CallOptions): Promise<Webhook>;
    /** Removes it; what is on its way to it is not sent any more. `DELETE /v1/admin/webhooks/{id}` */
    delete(id: string, options?: CallOptions): Promise<void>;
    /** The messages of the last 30 days, newest first, with every attempt. `GET /v1/admin/webhooks/{id}/deliveries` */
    listDeliveries(id: string, query?: ListDeliveriesQuery, options?: CallOptions): Pages<Delivery>;
    /** Sends it again now, and for a day if need be, whatever became of it. `POST /v1/admin/webhooks/{id}/deliveries/{delivery}/replay` */
    replayDelivery(id: string, delivery: string, options?: CallOptions): Promise<Delivery>;
    /** A new secret, from now on. `POST /v1/admin/webhooks/{id}/secret/rotate` */
    rotateSecret(id: string, options?: CallOptions): Promise<WebhookWithSecret>;
    /** Sends a `test.ping`, once. `POST /v1/admin/webhooks/{id}/test` */
    test(id: string, options?: CallOptions): Promise<Delivery>;
  };
  readonly queues: {
    /** Every queue of the deployment: what waits in it, and whose it is. `GET /v1/operator/queues` */
    list(options?: CallOptions): Promise<QueueList>;
    /** Up to ten messages of a dead-letter queue, and why they are there. `GET /v1/operator/queues/{name}/messages` */
    showDeadLetters(name: string, options?: CallOptions): Promise<DeadLetterList>;
    /** Gives the messages of a dead-letter queue to their consumer again. `POST /v1/operator/queues/{name}/redrive` */
    redrive(name: string, options?: CallOptions): Promise<RedriveView>;
  };
}
