/** A Paymob account as one app has it: orders, transactions on them, and the callbacks that tell of each. */
import { randomBytes, randomInt } from 'node:crypto';
import * as z from 'zod';
import type { Message } from '../deliveries.ts';
import { hmacOf, type SignedTransaction } from './hmac.ts';

export class PaymobRefusal extends Error {
  override readonly name = 'PaymobRefusal';
  readonly status: number;
  readonly body: object;

  constructor(status: number, body: object) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

const text = z.string().min(1).max(300);
const address = z.url({ protocol: /^https?$/ });

/** What an intention must say; more is taken and not looked at, as Paymob does. */
export const newIntention = z.looseObject({
  amount: z.int().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/),
  payment_methods: z.array(z.union([z.int(), z.string()])).min(1),
  items: z.array(z.looseObject({ name: text, amount: z.int().min(0), quantity: z.int().min(1).default(1) })).optional(),
  billing_data: z.looseObject({ first_name: text, last_name: text, phone_number: text, email: text }),
  special_reference: text.optional(),
  notification_url: address.optional(),
  redirection_url: address.optional(),
  expiration: z.int().min(1).optional(),
});
export type NewIntention = z.output<typeof newIntention>;

export interface Order {
  readonly id: number;
  readonly intention: string;
  readonly clientSecret: string;
  readonly asked: NewIntention;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** As the API and the callbacks show it. */
export interface Transaction extends SignedTransaction {
  is_void: boolean;
  is_refund: boolean;
  refunded_amount_cents: number;
  readonly parent_transaction: number | null;
  readonly data: { readonly txn_response_code: string; readonly message: string };
  readonly order: { readonly id: number; readonly merchant_order_id: string | null };
  readonly payment_key_claims: object | null;
  readonly profile_id: number;
}

/** Plain JSON. */
export interface PaymobState {
  readonly secretKey: string;
  readonly publicKey: string;
  readonly hmacSecret: string;
  readonly integration: number;
  readonly profile: number;
  readonly orders: Record<string, Order>;
  readonly transactions: Record<string, Transaction>;
}

export interface PaymobAccount {
  readonly app: string;
  readonly state: PaymobState;
  readonly now: () => Date;
  readonly send: (message: Message) => void;
  /** Where callbacks go of an order that names no place of its own. */
  readonly callbackUrl: () => string;
}

const objectLimit = 20_000;
const number = () => randomInt(100_000_000, 999_999_999);
const secret = (prefix: string) => `${prefix}${randomBytes(24).toString('hex')}`;

export const newPaymobState = (): PaymobState => ({
  secretKey: secret('egy_sk_test_'),
  publicKey: secret('egy_pk_test_'),
  hmacSecret: randomBytes(16).toString('hex').toUpperCase(),
  integration: number() % 10_000_000,
  profile: number() % 1_000_000,
  orders: {},
  transactions: {},
});

/** Paymob's times have microseconds and no zone. */
const stamp = (at: Date): string => at.toISOString().replace('Z', '000');

const sumOf = ({ items = [] }: NewIntention): number =>
  items.reduce((sum, { amount, quantity }) => sum + amount * quantity, 0);

/** @throws PaymobRefusal */
export const openOrder = ({ state, now }: PaymobAccount, asked: NewIntention): Order => {
  if (!asked.payment_methods.includes(state.integration))
    throw new PaymobRefusal(404, { detail: 'Integration ID/Name does not exist in our system' });
  if (asked.items && sumOf(asked) !== asked.amount)
    throw new PaymobRefusal(400, { amount: ['The sum of the items is not the amount.'] });
  const reference = asked.special_reference;
  const taken = Object.values(state.orders).some((order) => order.asked.special_reference === reference);
  if (reference !== undefined && taken)
    throw new PaymobRefusal(400, { special_reference: ['This special reference was used before.'] });
  if (Object.keys(state.orders).length >= objectLimit) throw new Error('the stand-in holds no more orders');
  const at = now();
  const order: Order = {
    id: number(),
    intention: secret('pi_test_').slice(0, 40),
    clientSecret: secret('egy_csk_test_'),
    asked,
    createdAt: at.toISOString(),
    expiresAt: asked.expiration ? new Date(at.getTime() + asked.expiration * 1_000).toISOString() : null,
  };
  state.orders[order.id] = order;
  return order;
};

/** The server-to-server callback of a transaction as it is now. */
const tell = ({ app, state, send, callbackUrl }: PaymobAccount, transaction: Transaction): void => {
  const body = JSON.stringify({ type: 'TRANSACTION', obj: transaction });
  const hmac = hmacOf(transaction, state.hmacSecret);
  const target = state.orders[transaction.order.id]?.asked.notification_url;
  const kind = transaction.is_void ? 'void' : transaction.is_refund ? 'refund' : 'payment';
  const result = transaction.pending ? 'pending' : transaction.success ? 'success' : 'failed';
  send({
    app,
    provider: 'paymob',
    id: `${transaction.id}-${hmac.slice(0, 8)}`,
    type: `TRANSACTION ${kind} ${result}`,
    body,
    request: () => {
      const url = new URL(target ?? callbackUrl());
      url.searchParams.set('hmac', hmac);
      return { url: url.href, headers: { 'content-type': 'application/json' } };
    },
  });
};

type Outcome = Pick<Transaction, 'success' | 'pending' | 'data'>;

const approved: Outcome = {
  success: true,
  pending: false,
  data: { txn_response_code: 'APPROVED', message: 'Approved' },
};
const declined: Outcome = {
  success: false,
  pending: false,
  data: { txn_response_code: 'DECLINED', message: 'Declined' },
};
const waiting: Outcome = {
  success: false,
  pending: true,
  data: { txn_response_code: 'PENDING', message: 'Pending' },
};

const newTransaction = (
  account: PaymobAccount,
  order: Order,
  amount: number,
  outcome: Outcome,
  parent?: Transaction,
): Transaction => ({
  id: number(),
  amount_cents: amount,
  created_at: stamp(account.now()),
  currency: order.asked.currency,
  error_occured: false,
  has_parent_transaction: parent !== undefined,
  integration_id: account.state.integration,
  is_3d_secure: parent === undefined,
  is_auth: false,
  is_capture: false,
  is_refunded: false,
  is_standalone_payment: true,
  is_voided: false,
  owner: account.state.profile,
  source_data: { pan: '2346', sub_type: 'MasterCard', type: 'card' },
  is_void: false,
  is_refund: false,
  refunded_amount_cents: 0,
  parent_transaction: parent?.id ?? null,
  order: { id: order.id, merchant_order_id: order.asked.special_reference ?? null },
  payment_key_claims: null,
  profile_id: account.state.profile,
  ...outcome,
});

const keep = (account: PaymobAccount, transaction: Transaction): Transaction => {
  account.state.transactions[transaction.id] = transaction;
  tell(account, transaction);
  return transaction;
};

export const transactionsOf = ({ state }: PaymobAccount, order: number): Transaction[] =>
  Object.values(state.transactions)
    .filter((transaction) => transaction.order.id === order)
    .toSorted((a, b) => a.created_at.localeCompare(b.created_at));

export const isPaid = (account: PaymobAccount, order: number): boolean =>
  transactionsOf(account, order).some((transaction) => transaction.success && !transaction.has_parent_transaction);

const orderNumbered = ({ state }: PaymobAccount, id: number): Order => {
  const order = state.orders[id];
  if (!order) throw new PaymobRefusal(404, { detail: `order ${id} is unknown` });
  return order;
};

export type PaymobEnding = 'pay' | 'fail' | 'pending';

/** One attempt at the order. A failed one may be followed by others. @throws PaymobRefusal when it is paid or over */
export const payOrder = (account: PaymobAccount, id: number, how: PaymobEnding): Transaction => {
  const order = orderNumbered(account, id);
  if (isPaid(account, id)) throw new PaymobRefusal(400, { detail: 'This order is paid already.' });
  if (order.expiresAt !== null && Date.parse(order.expiresAt) <= account.now().getTime())
    throw new PaymobRefusal(400, { detail: 'This order has expired.' });
  const outcome = { pay: approved, fail: declined, pending: waiting }[how];
  return keep(account, newTransaction(account, order, order.asked.amount, outcome));
};

/** What was pending comes, or does not: the same transaction tells again. @throws PaymobRefusal */
export const settle = (account: PaymobAccount, id: number, arrives: boolean): Transaction => {
  const transaction = account.state.transactions[id];
  if (!transaction?.pending) throw new PaymobRefusal(400, { detail: `transaction ${id} is not pending` });
  return keep(account, { ...transaction, ...(arrives ? approved : declined) });
};

const paidTransaction = ({ state }: PaymobAccount, id: number): Transaction => {
  const transaction = state.transactions[id];
  if (!transaction) throw new PaymobRefusal(404, { detail: 'Transaction not found' });
  if (!transaction.success || transaction.has_parent_transaction)
    throw new PaymobRefusal(400, { detail: 'This transaction cannot be reversed.' });
  return transaction;
};

/** Money goes back: a transaction of its own, whose parent tells again as well. @throws PaymobRefusal */
export const refundTransaction = (account: PaymobAccount, id: number, amountCents: number): Transaction => {
  const parent = paidTransaction(account, id);
  if (parent.is_voided || amountCents < 1 || parent.refunded_amount_cents + amountCents > parent.amount_cents)
    throw new PaymobRefusal(400, { message: 'Full amount or more was refunded before.' });
  const order = orderNumbered(account, parent.order.id);
  const child = { ...newTransaction(account, order, amountCents, approved, parent), is_refund: true };
  keep(account, child);
  const refunded = parent.refunded_amount_cents + amountCents;
  keep(account, { ...parent, is_refunded: true, refunded_amount_cents: refunded });
  return child;
};

/** Only on the day of the payment. @throws PaymobRefusal */
export const voidTransaction = (account: PaymobAccount, id: number): Transaction => {
  const parent = paidTransaction(account, id);
  const sameDay = parent.created_at.slice(0, 10) === account.now().toISOString().slice(0, 10);
  if (!sameDay || parent.is_voided || parent.refunded_amount_cents > 0)
    throw new PaymobRefusal(400, { message: 'This transaction cannot be voided.' });
  const order = orderNumbered(account, parent.order.id);
  const child = { ...newTransaction(account, order, parent.amount_cents, approved, parent), is_void: true };
  keep(account, child);
  keep(account, { ...parent, is_voided: true });
  return child;
};
