/** How each operation is asked for. Made by `npm run sdk:types`. */
import type { OperationTable } from '../client/methods.ts';

export const userOperations = {
  allowances: {
    list: { method: 'GET', path: '/v1/allowances' },
    check: { method: 'POST', path: '/v1/allowances/{tool}/check', takesKey: true },
  },
  apps: {
    getCatalog: { method: 'GET', path: '/v1/apps/{app}/catalog', isPublic: true },
    listOptions: { method: 'GET', path: '/v1/apps/{app}/options/{kind}', sends: 'query', isPublic: true, isList: true },
    listPacks: { method: 'GET', path: '/v1/apps/{app}/packs', isPublic: true, isList: true },
    listPlans: { method: 'GET', path: '/v1/apps/{app}/plans', isPublic: true, isList: true },
    getTexts: { method: 'GET', path: '/v1/apps/{app}/texts/{locale}', isPublic: true },
    listTools: { method: 'GET', path: '/v1/apps/{app}/tools', isPublic: true, isList: true },
    getTool: { method: 'GET', path: '/v1/apps/{app}/tools/{id}', isPublic: true },
  },
  assets: {
    list: { method: 'GET', path: '/v1/assets', sends: 'query', isList: true },
    create: { method: 'POST', path: '/v1/assets', sends: 'body' },
    get: { method: 'GET', path: '/v1/assets/{id}' },
    change: { method: 'PATCH', path: '/v1/assets/{id}', sends: 'body' },
    delete: { method: 'DELETE', path: '/v1/assets/{id}' },
  },
  billingPortal: {
    open: { method: 'POST', path: '/v1/billing-portal', sends: 'body' },
  },
  checkout: {
    create: { method: 'POST', path: '/v1/checkout', sends: 'body', takesKey: true },
  },
  credits: {
    get: { method: 'GET', path: '/v1/credits' },
    getAlert: { method: 'GET', path: '/v1/credits/alert' },
    setAlert: { method: 'PUT', path: '/v1/credits/alert', sends: 'body' },
    exportStatement: { method: 'GET', path: '/v1/credits/statement.csv', sends: 'query' },
    getTopUp: { method: 'GET', path: '/v1/credits/top-up' },
    setTopUp: { method: 'PUT', path: '/v1/credits/top-up', sends: 'body' },
    listTransactions: { method: 'GET', path: '/v1/credits/transactions', sends: 'query', isList: true },
    getUsage: { method: 'GET', path: '/v1/credits/usage', sends: 'query' },
  },
  docs: {
    get: { method: 'GET', path: '/v1/docs', isPublic: true },
  },
  generations: {
    list: { method: 'GET', path: '/v1/generations', sends: 'query', isList: true },
    create: { method: 'POST', path: '/v1/generations', sends: 'body', takesKey: true },
    get: { method: 'GET', path: '/v1/generations/{id}' },
    change: { method: 'PATCH', path: '/v1/generations/{id}', sends: 'body' },
    delete: { method: 'DELETE', path: '/v1/generations/{id}' },
    cancel: { method: 'POST', path: '/v1/generations/{id}/cancel' },
    listEvents: { method: 'GET', path: '/v1/generations/{id}/events', sends: 'query', isList: true },
    recordPlay: { method: 'POST', path: '/v1/generations/{id}/plays', takesKey: true },
    regenerate: { method: 'POST', path: '/v1/generations/{id}/regenerate', sends: 'body', takesKey: true },
    listVariations: { method: 'GET', path: '/v1/generations/{id}/variations', sends: 'query', isList: true },
  },
  me: {
    get: { method: 'GET', path: '/v1/me' },
    change: { method: 'PATCH', path: '/v1/me', sends: 'body' },
    delete: { method: 'DELETE', path: '/v1/me' },
    recordActivity: { method: 'POST', path: '/v1/me/activity' },
    getExport: { method: 'GET', path: '/v1/me/export' },
    countPlay: { method: 'POST', path: '/v1/me/plays', takesKey: true },
  },
  notifications: {
    list: { method: 'GET', path: '/v1/notifications', sends: 'query', isList: true },
    readAll: { method: 'POST', path: '/v1/notifications/read-all' },
    countUnread: { method: 'GET', path: '/v1/notifications/unread-count' },
    delete: { method: 'DELETE', path: '/v1/notifications/{id}' },
    read: { method: 'POST', path: '/v1/notifications/{id}/read' },
  },
  openapi: {
    getOpenApi: { method: 'GET', path: '/v1/openapi.json', isPublic: true },
  },
  paymentIntents: {
    create: { method: 'POST', path: '/v1/payment-intents', sends: 'body', takesKey: true },
  },
  payments: {
    list: { method: 'GET', path: '/v1/payments', sends: 'query', isList: true },
    get: { method: 'GET', path: '/v1/payments/{id}' },
    getReceipt: { method: 'GET', path: '/v1/payments/{id}/receipt' },
  },
  prompts: {
    list: { method: 'GET', path: '/v1/prompts', sends: 'query', isList: true },
    create: { method: 'POST', path: '/v1/prompts', sends: 'body', takesKey: true },
    get: { method: 'GET', path: '/v1/prompts/{id}' },
    change: { method: 'PATCH', path: '/v1/prompts/{id}', sends: 'body' },
    delete: { method: 'DELETE', path: '/v1/prompts/{id}' },
  },
  savedReplies: {
    list: { method: 'GET', path: '/v1/saved-replies', sends: 'query', isList: true },
    create: { method: 'POST', path: '/v1/saved-replies', sends: 'body', takesKey: true },
    get: { method: 'GET', path: '/v1/saved-replies/{id}' },
    delete: { method: 'DELETE', path: '/v1/saved-replies/{id}' },
  },
  subscription: {
    get: { method: 'GET', path: '/v1/subscription' },
    cancel: { method: 'POST', path: '/v1/subscription/cancel', sends: 'body' },
    change: { method: 'POST', path: '/v1/subscription/change', sends: 'body', takesKey: true },
    previewChange: { method: 'GET', path: '/v1/subscription/change-preview', sends: 'query' },
    resume: { method: 'POST', path: '/v1/subscription/resume' },
  },
} satisfies OperationTable;

export const adminOperations = {
  accounts: {
    list: { method: 'GET', path: '/v1/admin/accounts', sends: 'query', isList: true },
    get: { method: 'GET', path: '/v1/admin/accounts/{user}', sends: 'query' },
    adjustCredits: { method: 'POST', path: '/v1/admin/accounts/{user}/adjustments', sends: 'body', takesKey: true },
    close: { method: 'POST', path: '/v1/admin/accounts/{user}/close', sends: 'body' },
    changePlan: { method: 'POST', path: '/v1/admin/accounts/{user}/plan', sends: 'body' },
    listTransactions: { method: 'GET', path: '/v1/admin/accounts/{user}/transactions', sends: 'query', isList: true },
  },
  audit: {
    list: { method: 'GET', path: '/v1/admin/audit', sends: 'query', isList: true },
    listDeployment: { method: 'GET', path: '/v1/operator/audit', sends: 'query', isList: true },
  },
  broadcasts: {
    list: { method: 'GET', path: '/v1/admin/broadcasts', sends: 'query', isList: true },
    create: { method: 'POST', path: '/v1/admin/broadcasts', sends: 'body', takesKey: true },
    get: { method: 'GET', path: '/v1/admin/broadcasts/{id}' },
    stop: { method: 'POST', path: '/v1/admin/broadcasts/{id}/stop' },
  },
  callbacks: {
    list: { method: 'GET', path: '/v1/admin/callbacks', sends: 'query', isList: true },
    get: { method: 'GET', path: '/v1/admin/callbacks/{id}' },
  },
  catalog: {
    getOffer: { method: 'GET', path: '/v1/admin/catalog' },
    putOffer: { method: 'PUT', path: '/v1/admin/catalog', sends: 'body' },
    putOption: { method: 'PUT', path: '/v1/admin/catalog/options/{kind}/{id}', sends: 'body' },
    deleteOption: { method: 'DELETE', path: '/v1/admin/catalog/options/{kind}/{id}' },
    putPack: { method: 'PUT', path: '/v1/admin/catalog/packs/{id}', sends: 'body' },
    deletePack: { method: 'DELETE', path: '/v1/admin/catalog/packs/{id}' },
    putPlan: { method: 'PUT', path: '/v1/admin/catalog/plans/{id}', sends: 'body' },
    deletePlan: { method: 'DELETE', path: '/v1/admin/catalog/plans/{id}' },
    rollBack: { method: 'POST', path: '/v1/admin/catalog/rollback', sends: 'body' },
    putTool: { method: 'PUT', path: '/v1/admin/catalog/tools/{id}', sends: 'body' },
    deleteTool: { method: 'DELETE', path: '/v1/admin/catalog/tools/{id}' },
    listVersions: { method: 'GET', path: '/v1/admin/catalog/versions', sends: 'query' },
    getVersion: { method: 'GET', path: '/v1/admin/catalog/versions/{version}' },
  },
  dailyReset: {
    start: { method: 'POST', path: '/v1/admin/daily-reset', sends: 'body' },
  },
  generations: {
    list: { method: 'GET', path: '/v1/admin/generations', sends: 'query', isList: true },
    listFailures: { method: 'GET', path: '/v1/admin/generations/failures', sends: 'query', isList: true },
    get: { method: 'GET', path: '/v1/admin/generations/{id}', sends: 'query' },
    refund: { method: 'POST', path: '/v1/admin/generations/{id}/refund', sends: 'body' },
    retry: { method: 'POST', path: '/v1/admin/generations/{id}/retry', takesKey: true },
  },
  metrics: {
    get: { method: 'GET', path: '/v1/admin/metrics' },
  },
  payments: {
    list: { method: 'GET', path: '/v1/admin/payments', sends: 'query', isList: true },
    get: { method: 'GET', path: '/v1/admin/payments/{id}' },
    listCallbacks: { method: 'GET', path: '/v1/admin/payments/{id}/callbacks', sends: 'query', isList: true },
    refund: { method: 'POST', path: '/v1/admin/payments/{id}/refunds', sends: 'body', takesKey: true },
    void: { method: 'POST', path: '/v1/admin/payments/{id}/void', sends: 'body' },
  },
  users: {
    list: { method: 'GET', path: '/v1/admin/users', sends: 'query', isList: true },
    get: { method: 'GET', path: '/v1/admin/users/{user}' },
    delete: { method: 'DELETE', path: '/v1/admin/users/{user}' },
    setRoles: { method: 'PUT', path: '/v1/admin/users/{user}/roles', sends: 'body' },
  },
  webhooks: {
    list: { method: 'GET', path: '/v1/admin/webhooks', sends: 'query', isList: true },
    create: { method: 'POST', path: '/v1/admin/webhooks', sends: 'body', takesKey: true },
    get: { method: 'GET', path: '/v1/admin/webhooks/{id}' },
    change: { method: 'PATCH', path: '/v1/admin/webhooks/{id}', sends: 'body' },
    delete: { method: 'DELETE', path: '/v1/admin/webhooks/{id}' },
    listDeliveries: { method: 'GET', path: '/v1/admin/webhooks/{id}/deliveries', sends: 'query', isList: true },
    replayDelivery: { method: 'POST', path: '/v1/admin/webhooks/{id}/deliveries/{delivery}/replay' },
    rotateSecret: { method: 'POST', path: '/v1/admin/webhooks/{id}/secret/rotate' },
    test: { method: 'POST', path: '/v1/admin/webhooks/{id}/test' },
  },
  queues: {
    list: { method: 'GET', path: '/v1/operator/queues' },
    showDeadLetters: { method: 'GET', path: '/v1/operator/queues/{name}/messages' },
    redrive: { method: 'POST', path: '/v1/operator/queues/{name}/redrive' },
  },
} satisfies OperationTable;
