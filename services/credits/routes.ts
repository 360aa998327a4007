/** Credits' HTTP interface: a user's own account, and an admin's view of the app's accounts. */
import * as z from 'zod';
import { pageOf, pageQuery } from '#shared/http/page.ts';
import { routeTable, textBody } from '#shared/http/route.ts';
import { userId } from '#shared/owner.ts';
import {
  accountHistory,
  accountRow,
  accountView,
  adjustmentReply,
  adminReason,
  alertView,
  allowanceCheck,
  allowanceView,
  creditsReply,
  date,
  dateRange,
  inOrder,
  orderFault,
  topUpBody,
  topUpReply,
  transaction,
  transactionType,
  usageReply,
} from './views.ts';

export { type Transaction, transaction, transactionType } from './views.ts';

const tool = z.string().min(1).max(60);
const transactionQuery = z
  .strictObject({ ...pageQuery(), ...dateRange, type: transactionType.optional(), tool: tool.optional() })
  .refine(inOrder, orderFault);

const accountRoutes = routeTable({
  getCredits: {
    method: 'GET',
    path: '/v1/credits',
    auth: 'user',
    summary: "The caller's credits. A new user's account is opened with the app's welcome credits.",
    replies: { 200: creditsReply },
  },
  listTransactions: {
    method: 'GET',
    path: '/v1/credits/transactions',
    auth: 'user',
    summary:
      "What changed the caller's balance, newest first. A page may be short of entries: go on while there is a cursor.",
    query: transactionQuery,
    replies: { 200: pageOf(transaction) },
  },
  exportStatement: {
    method: 'GET',
    path: '/v1/credits/statement.csv',
    auth: 'user',
    summary: "What changed the caller's balance on some days, oldest first, for a spreadsheet.",
    query: z.strictObject(dateRange).refine(inOrder, orderFault),
    replies: { 200: textBody('text/csv; charset=utf-8; header=present') },
  },
  getUsage: {
    method: 'GET',
    path: '/v1/credits/usage',
    auth: 'user',
    summary: 'Credits that completed jobs cost, by tool or by day; the last 30 days unless told. At most 366.',
    query: z
      .strictObject({ group_by: z.enum(['tool', 'day']).default('tool'), ...dateRange })
      .refine(inOrder, orderFault),
    replies: { 200: usageReply },
  },
  getAlert: {
    method: 'GET',
    path: '/v1/credits/alert',
    auth: 'user',
    summary: 'Below which balance the caller wants to be told.',
    replies: { 200: alertView },
  },
  setAlert: {
    method: 'PUT',
    path: '/v1/credits/alert',
    auth: 'user',
    summary: 'Sets the balance below which the caller wants to be told.',
    body: alertView,
    replies: { 200: alertView },
  },
  getTopUp: {
    method: 'GET',
    path: '/v1/credits/top-up',
    auth: 'user',
    summary: "The caller's automatic top-up.",
    replies: { 200: topUpReply },
  },
  setTopUp: {
    method: 'PUT',
    path: '/v1/credits/top-up',
    auth: 'user',
    summary:
      'Has a pack bought whenever the balance falls below a threshold, or not any more. Below it already, at once.',
    body: topUpBody,
    replies: { 200: topUpReply },
  },
  listAllowances: {
    method: 'GET',
    path: '/v1/allowances',
    auth: 'user',
    summary: "Free uses of tools on the caller's plan; tools that it does not limit are left out.",
    replies: { 200: z.strictObject({ data: z.array(allowanceView) }) },
  },
  checkAllowance: {
    method: 'POST',
    path: '/v1/allowances/{tool}/check',
    auth: 'user',
    summary: 'Whether the caller may use the tool once more for free; counts one use when allowed.',
    params: z.strictObject({ tool }),
    idempotencyKey: 'optional',
    replies: { 200: allowanceCheck },
  },
});

const params = z.strictObject({ user: userId });

const adminRoutes = routeTable({
  listAccounts: {
    method: 'GET',
    path: '/v1/admin/accounts',
    auth: 'admin',
    summary:
      "The app's accounts, by balance or by what was spent; or those whose user id begins with some text, by that id.",
    query: z
      .strictObject({
        ...pageQuery(),
        search: userId.optional(),
        sort: z.enum(['balance', 'spent']).optional(),
        order: z.enum(['asc', 'desc']).optional(),
      })
      .refine(({ search, sort }) => search === undefined || sort === undefined, {
        path: ['sort'],
        message: 'what is searched for is sorted by user id',
      }),
    replies: { 200: pageOf(accountRow) },
  },
  getAccount: {
    method: 'GET',
    path: '/v1/admin/accounts/{user}',
    auth: 'admin',
    summary: 'One account, and what happened to it, newest first.',
    params,
    query: z.strictObject(pageQuery()),
    replies: { 200: accountView.extend({ history: accountHistory }) },
  },
  listAccountTransactions: {
    method: 'GET',
    path: '/v1/admin/accounts/{user}/transactions',
    auth: 'admin',
    summary: "An account's statement, as its user sees it, newest first.",
    params,
    query: transactionQuery,
    replies: { 200: pageOf(transaction) },
  },
  adjustCredits: {
    method: 'POST',
    path: '/v1/admin/accounts/{user}/adjustments',
    auth: 'admin',
    summary: 'Gives credits to an account, or takes some away.',
    params,
    body: z.strictObject({
      credits: z
        .int()
        .min(-1_000_000)
        .max(1_000_000)
        .refine((credits) => credits !== 0, 'must not be 0')
        .describe('Above zero: given. Below: taken.'),
      reason: adminReason,
    }),
    idempotencyKey: 'required',
    replies: { 200: adjustmentReply },
  },
  changePlan: {
    method: 'POST',
    path: '/v1/admin/accounts/{user}/plan',
    auth: 'admin',
    summary: 'Puts an account on another plan. What was bought stays.',
    params,
    body: z.strictObject({ plan: z.string().min(1).max(60), reason: adminReason }),
    replies: { 200: accountView },
  },
  closeAccount: {
    method: 'POST',
    path: '/v1/admin/accounts/{user}/close',
    auth: 'admin',
    summary: 'Closes an account for good; what is left in it is forfeited.',
    params,
    body: z.strictObject({ reason: adminReason }),
    replies: { 200: accountView },
  },
  startDailyReset: {
    method: 'POST',
    path: '/v1/admin/daily-reset',
    auth: 'admin',
    summary:
      "Issues today's allowance to every account of the app that has not had it, as the schedule does at midnight.",
    body: z.strictObject({ reason: adminReason }),
    replies: { 202: z.strictObject({ app: z.string(), day: date, correlation_id: z.string() }) },
  },
});

export const routes = { ...accountRoutes, ...adminRoutes };
