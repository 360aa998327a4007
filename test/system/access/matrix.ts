/**
 * Who may call what, as a table: every route of every service, and the status that each caller gets. `test/system/access-matrix.test.ts`
 * asks the running stack for every cell; a route without a row fails it, and so does a row without a route.
 */
import { sandboxLab } from '#apps/sandbox-lab.ts';
import { offerOf } from '#services/catalog/contracts.ts';
import { type More, ofApp, ofDeployment, onUser, open, owned, type Row, row, session } from './row.ts';

const admin: Readonly<Record<string, Row>> = {
  'GET /v1/admin/metrics': ofApp(200),
  'GET /v1/admin/audit': ofApp(200),
  'GET /v1/operator/audit': ofDeployment(200),
  'GET /v1/operator/queues': ofDeployment(200),
  // Functions read it: there are no dead letters in it.
  'GET /v1/operator/queues/{name}/messages': ofDeployment(409, {
    path: ({ workQueue }) => `/v1/operator/queues/${workQueue}/messages`,
  }),
  'POST /v1/operator/queues/{name}/redrive': ofDeployment(409, {
    path: ({ workQueue }) => `/v1/operator/queues/${workQueue}/redrive`,
  }),
};

const credits: Readonly<Record<string, Row>> = {
  'GET /v1/credits': session(200),
  'GET /v1/credits/transactions': session(200),
  'GET /v1/credits/statement.csv': session(200),
  'GET /v1/credits/usage': session(200),
  'GET /v1/credits/alert': session(200),
  'PUT /v1/credits/alert': session(200, { body: () => ({ below: 3 }) }),
  'GET /v1/credits/top-up': session(200),
  'PUT /v1/credits/top-up': session(200, { body: () => ({ top_up: null }) }),
  'GET /v1/allowances': session(200),
  // A tool of this app.
  'POST /v1/allowances/{tool}/check': row([401, 200, 404, 404, 401, 200, 200], {
    path: () => '/v1/allowances/slow/check',
  }),
  'GET /v1/admin/accounts': ofApp(200),
  'GET /v1/admin/accounts/{user}': onUser(200, { path: ({ user }) => `/v1/admin/accounts/${user.id}` }),
  'GET /v1/admin/accounts/{user}/transactions': onUser(200, {
    path: ({ user }) => `/v1/admin/accounts/${user.id}/transactions`,
  }),
  'POST /v1/admin/accounts/{user}/adjustments': onUser(200, {
    path: ({ user }) => `/v1/admin/accounts/${user.id}/adjustments`,
    body: () => ({ credits: 1, reason: 'a gift' }),
    headers: { 'idempotency-key': 'matrix' },
  }),
  'POST /v1/admin/accounts/{user}/plan': onUser(200, {
    path: ({ user }) => `/v1/admin/accounts/${user.id}/plan`,
    body: () => ({ plan: 'daily', reason: 'a trial' }),
  }),
  'POST /v1/admin/accounts/{user}/close': onUser(200, {
    path: async ({ newUser }) => `/v1/admin/accounts/${(await newUser()).id}/close`,
    body: () => ({ reason: 'asked by the user' }),
  }),
  'POST /v1/admin/daily-reset': ofApp(202, { body: () => ({ reason: 'a missed midnight' }) }),
};

const photo = { content_type: 'image/png', bytes: 100 };

const generation: Readonly<Record<string, Row>> = {
  'POST /v1/assets': session(201, { body: () => photo }),
  'GET /v1/assets': session(200),
  'GET /v1/assets/{id}': owned(200, { path: ({ asset }) => `/v1/assets/${asset}` }),
  'PATCH /v1/assets/{id}': owned(200, {
    path: ({ asset }) => `/v1/assets/${asset}`,
    body: () => ({ file_name: 'me.png' }),
  }),
  'DELETE /v1/assets/{id}': owned(204, { path: async ({ newAsset }) => `/v1/assets/${await newAsset()}` }),
  // The tool is offered to all of the app; the input is one user's.
  'POST /v1/generations': row([401, 404, 400, 400, 401, 404, 202], {
    body: ({ asset }) => ({ tool: 'slow', inputs: [asset] }),
    headers: { 'idempotency-key': 'matrix' },
  }),
  'GET /v1/generations': session(200),
  'GET /v1/generations/{id}': owned(200, { path: ({ job }) => `/v1/generations/${job}` }),
  'GET /v1/generations/{id}/events': owned(200, { path: ({ job }) => `/v1/generations/${job}/events` }),
  // It is over: its owner hears that, others nothing.
  'POST /v1/generations/{id}/cancel': owned(409, { path: ({ job }) => `/v1/generations/${job}/cancel` }),
  'PATCH /v1/generations/{id}': owned(200, {
    path: ({ job }) => `/v1/generations/${job}`,
    body: () => ({ favourite: true }),
  }),
  'DELETE /v1/generations/{id}': owned(204, { path: async ({ newJob }) => `/v1/generations/${await newJob()}` }),
  'POST /v1/generations/{id}/regenerate': owned(202, {
    path: ({ job }) => `/v1/generations/${job}/regenerate`,
    headers: { 'idempotency-key': 'matrix-again' },
  }),
  'GET /v1/generations/{id}/variations': owned(200, { path: ({ job }) => `/v1/generations/${job}/variations` }),
  // A picture: its owner hears that it cannot be played, others nothing.
  'POST /v1/generations/{id}/plays': owned(409, { path: ({ job }) => `/v1/generations/${job}/plays` }),
  'GET /v1/admin/generations/failures': ofApp(200),
  'GET /v1/admin/generations': ofApp(200),
  'GET /v1/admin/generations/{id}': onUser(200, { path: ({ job }) => `/v1/admin/generations/${job}` }),
  // It is completed: an admin hears that, others nothing.
  'POST /v1/admin/generations/{id}/retry': onUser(409, {
    path: ({ job }) => `/v1/admin/generations/${job}/retry`,
    headers: { 'idempotency-key': 'matrix' },
  }),
  'POST /v1/admin/generations/{id}/refund': onUser(200, {
    path: ({ job }) => `/v1/admin/generations/${job}/refund`,
    body: () => ({ reason: 'a torn picture' }),
  }),
  'POST /v1/saved-replies': session(201, { body: () => ({ text: 'Same time tomorrow?' }) }),
  'GET /v1/saved-replies': session(200),
  'GET /v1/saved-replies/{id}': owned(200, { path: ({ reply }) => `/v1/saved-replies/${reply}` }),
  'DELETE /v1/saved-replies/{id}': owned(204, {
    path: async ({ newReply }) => `/v1/saved-replies/${await newReply()}`,
  }),
  'POST /v1/prompts': session(201, { body: () => ({ text: 'a cat in the rain' }) }),
  'GET /v1/prompts': session(200),
  'GET /v1/prompts/{id}': owned(200, { path: ({ prompt }) => `/v1/prompts/${prompt}` }),
  'PATCH /v1/prompts/{id}': owned(200, {
    path: ({ prompt }) => `/v1/prompts/${prompt}`,
    body: () => ({ title: 'Rain' }),
  }),
  'DELETE /v1/prompts/{id}': owned(204, { path: async ({ newPrompt }) => `/v1/prompts/${await newPrompt()}` }),
};

const identity: Readonly<Record<string, Row>> = {
  'GET /v1/me': session(200),
  'PATCH /v1/me': session(200, { body: () => ({ name: 'A name' }) }),
  'POST /v1/me/activity': session(200),
  'POST /v1/me/plays': session(200),
  'GET /v1/me/export': session(202),
  'DELETE /v1/me': session(204, { fresh: true }),
  'GET /v1/admin/users': ofApp(200),
  'GET /v1/admin/users/{user}': onUser(200, { path: ({ user }) => `/v1/admin/users/${user.id}` }),
  'PUT /v1/admin/users/{user}/roles': onUser(200, {
    path: async ({ newUser }) => `/v1/admin/users/${(await newUser()).id}/roles`,
    body: () => ({ roles: ['admin'] }),
  }),
  // Of the admin's own app, where the id may be nobody's yet: it can never be anybody's then.
  'DELETE /v1/admin/users/{user}': ofApp(204, {
    path: async ({ newUser }) => `/v1/admin/users/${(await newUser()).id}`,
  }),
  // Only a signature opens it, and nobody here has the secret.
  'POST /webhooks/auth/{app}': open(401, { path: () => '/webhooks/auth/sandbox-lab', body: () => ({}) }),
};

/** Said to be tried only, so that the offers of both apps stay as they are. */
const tried = (path: string, statuses: readonly number[], body?: Row['body']): Row =>
  row(statuses, {
    path: () => `/v1/admin/catalog${path}${path.includes('?') ? '&' : '?'}dry_run=true`,
    headers: { 'if-match': '"1"' },
    ...(body ? { body } : {}),
  });
/** What both apps could have, and what only the app of the rows has, lacks, or can have. */
const onBoth = [401, 403, 403, 200, 200, 200, 403];
const onlyHere = [401, 403, 403, 404, 200, 200, 403];
const onlyThere = [401, 403, 403, 200, 404, 404, 403];
const validHere = [401, 403, 403, 400, 200, 200, 403];

const [slow] = sandboxLab.tools;
const [free] = sandboxLab.plans;
const extraPack = {
  id: 'extra',
  name: 'Extra',
  credits: 5,
  bonus_credits: 0,
  price: { amount_minor: 100, currency: 'USD' },
};
const extraOption = { id: 'plain', name_key: slow?.name_key, pro: false, active: true, sort_order: 1 };

const catalog: Readonly<Record<string, Row>> = {
  'GET /v1/apps/{app}/catalog': open(200, { path: () => '/v1/apps/sparky/catalog' }),
  'GET /v1/apps/{app}/tools': open(200, { path: () => '/v1/apps/sparky/tools' }),
  'GET /v1/apps/{app}/tools/{id}': open(200, { path: () => '/v1/apps/sparky/tools/photo-filter' }),
  'GET /v1/apps/{app}/options/{kind}': open(200, { path: () => '/v1/apps/sparky/options/hairstyle' }),
  'GET /v1/apps/{app}/plans': open(200, { path: () => '/v1/apps/sparky/plans' }),
  'GET /v1/apps/{app}/packs': open(200, { path: () => '/v1/apps/sparky/packs' }),
  'GET /v1/apps/{app}/texts/{locale}': open(200, { path: () => '/v1/apps/sparky/texts/en' }),
  'GET /v1/admin/catalog': ofApp(200),
  'PUT /v1/admin/catalog': tried('', onBoth, () => ({ offer: offerOf(sandboxLab) })),
  // Its texts are this app's own.
  'PUT /v1/admin/catalog/tools/{id}': tried('/tools/extra', validHere, () => ({ tool: { ...slow, id: 'extra' } })),
  'DELETE /v1/admin/catalog/tools/{id}': tried('/tools/fail', onlyHere),
  'PUT /v1/admin/catalog/plans/{id}': tried('/plans/extra', onBoth, () => ({ plan: { ...free, id: 'extra' } })),
  'DELETE /v1/admin/catalog/plans/{id}': tried('/plans/monthly', onlyHere),
  'PUT /v1/admin/catalog/packs/{id}': tried('/packs/extra', onBoth, () => ({ pack: extraPack })),
  'DELETE /v1/admin/catalog/packs/{id}': tried('/packs/pack-20', onlyThere),
  'PUT /v1/admin/catalog/options/{kind}/{id}': tried('/options/style/plain', validHere, () => ({
    option: extraOption,
  })),
  'DELETE /v1/admin/catalog/options/{kind}/{id}': tried(
    `/options/skin-color/${encodeURIComponent('#c48f63')}`,
    onlyThere,
  ),
  'POST /v1/admin/catalog/rollback': tried('/rollback', onBoth, () => ({ to_version: 1, reason: 'as it was' })),
  'GET /v1/admin/catalog/versions': ofApp(200),
  'GET /v1/admin/catalog/versions/{version}': ofApp(200, { path: () => '/v1/admin/catalog/versions/1' }),
};

/** Never reached: it is no public address, which shows only when it is asked for. */
const hookUrl = 'https://localhost/';
const webhooks: Readonly<Record<string, Row>> = {
  'POST /v1/admin/webhooks': ofApp(201, { body: () => ({ url: hookUrl, events: ['generation.cancelled'] }) }),
  'GET /v1/admin/webhooks': ofApp(200),
  'GET /v1/admin/webhooks/{id}': onUser(200, { path: ({ webhook }) => `/v1/admin/webhooks/${webhook}` }),
  'PATCH /v1/admin/webhooks/{id}': onUser(200, {
    path: ({ webhook }) => `/v1/admin/webhooks/${webhook}`,
    body: () => ({ description: 'Ours' }),
  }),
  // Whoever comes second finds it gone.
  'DELETE /v1/admin/webhooks/{id}': row([401, 403, 403, 404, 204, 404, 403], {
    path: async ({ newWebhook }) => `/v1/admin/webhooks/${await newWebhook()}`,
  }),
  'POST /v1/admin/webhooks/{id}/secret/rotate': onUser(200, {
    path: ({ webhook }) => `/v1/admin/webhooks/${webhook}/secret/rotate`,
  }),
  'POST /v1/admin/webhooks/{id}/test': onUser(202, { path: ({ webhook }) => `/v1/admin/webhooks/${webhook}/test` }),
  'GET /v1/admin/webhooks/{id}/deliveries': onUser(200, {
    path: ({ webhook }) => `/v1/admin/webhooks/${webhook}/deliveries`,
  }),
  'POST /v1/admin/webhooks/{id}/deliveries/{delivery}/replay': onUser(202, {
    path: ({ webhook, delivery }) => `/v1/admin/webhooks/${webhook}/deliveries/${delivery}/replay`,
  }),
};

/** Texts that every app has; to somebody who is not there, so that nobody is told. */
const broadcast = {
  type: 'general',
  title_key: 'notifications.credits_given.title',
  message_key: 'notifications.credits_given.message',
  params: { credits: 5, available: 5 },
  audience: { to: 'users', users: ['nobody'] },
};
const notifications: Readonly<Record<string, Row>> = {
  'GET /v1/notifications': session(200),
  'GET /v1/notifications/unread-count': session(200),
  'POST /v1/notifications/{id}/read': owned(200, {
    path: ({ notification }) => `/v1/notifications/${notification}/read`,
  }),
  'POST /v1/notifications/read-all': session(200),
  'DELETE /v1/notifications/{id}': owned(204, { path: ({ notification }) => `/v1/notifications/${notification}` }),
  'POST /v1/admin/broadcasts': ofApp(202, { body: () => broadcast, headers: { 'idempotency-key': 'matrix' } }),
  'GET /v1/admin/broadcasts': ofApp(200),
  'GET /v1/admin/broadcasts/{id}': onUser(200, { path: ({ broadcast: id }) => `/v1/admin/broadcasts/${id}` }),
  // It is over: an admin hears that, others nothing.
  'POST /v1/admin/broadcasts/{id}/stop': onUser(409, {
    path: ({ broadcast: id }) => `/v1/admin/broadcasts/${id}/stop`,
  }),
};

/** Of a plan or pack that only this app sells: whoever is of the other one is told that there is none. */
const sold = (status: number, more: More) => row([401, status, 404, 404, 401, status, status], more);

const billing: Readonly<Record<string, Row>> = {
  // At Paymob, whose pages make nobody a customer.
  'POST /v1/checkout': sold(201, { body: () => ({ pack_id: 'pack-300', provider: 'paymob' }) }),
  'POST /v1/payment-intents': sold(201, { body: () => ({ pack_id: 'pack-300' }), fresh: true }),
  'GET /v1/payments': session(200),
  'GET /v1/payments/{id}': owned(200, { path: ({ payment }) => `/v1/payments/${payment}` }),
  'GET /v1/payments/{id}/receipt': owned(200, { path: ({ payment }) => `/v1/payments/${payment}/receipt` }),
  'GET /v1/subscription': session(200),
  // Nobody here has one.
  'GET /v1/subscription/change-preview': sold(409, { path: () => '/v1/subscription/change-preview?plan_id=max' }),
  'POST /v1/subscription/change': sold(409, { body: () => ({ plan_id: 'max' }) }),
  'POST /v1/subscription/cancel': session(409, { body: () => ({ when: 'now' }) }),
  'POST /v1/subscription/resume': session(409),
  // Who never paid is no customer.
  'POST /v1/billing-portal': row([401, 409, 409, 409, 401, 409, 201], { body: () => ({}) }),
  'GET /v1/admin/payments': ofApp(200),
  'GET /v1/admin/payments/{id}': onUser(200, { path: ({ payment }) => `/v1/admin/payments/${payment}` }),
  'GET /v1/admin/payments/{id}/callbacks': onUser(200, {
    path: ({ payment }) => `/v1/admin/payments/${payment}/callbacks`,
  }),
  'POST /v1/admin/payments/{id}/refunds': onUser(202, {
    path: ({ payment }) => `/v1/admin/payments/${payment}/refunds`,
    body: () => ({ amount_minor: 1, reason: 'a present' }),
    headers: { 'idempotency-key': 'matrix' },
  }),
  // Stripe has no such thing: who may know of the payment hears that.
  'POST /v1/admin/payments/{id}/void': onUser(409, {
    path: ({ payment }) => `/v1/admin/payments/${payment}/void`,
    body: () => ({ reason: 'a mistake' }),
  }),
  'GET /v1/admin/callbacks': ofApp(200),
  'GET /v1/admin/callbacks/{id}': onUser(200, { path: ({ callback }) => `/v1/admin/callbacks/${callback}` }),
  // Only a signature opens them.
  'POST /webhooks/stripe/{app}': open(401, { path: () => '/webhooks/stripe/sandbox-lab', body: () => ({}) }),
  'POST /webhooks/paymob/{app}': open(401, { path: () => '/webhooks/paymob/sandbox-lab', body: () => ({}) }),
};

const reference: Readonly<Record<string, Row>> = {
  'GET /v1/openapi.json': open(200),
  'GET /v1/docs': open(200),
};

/** By method and path, as the route tables write them. */
export const matrix: Readonly<Record<string, Row>> = {
  ...admin,
  ...credits,
  ...generation,
  ...identity,
  ...catalog,
  ...webhooks,
  ...notifications,
  ...billing,
  ...reference,
};
