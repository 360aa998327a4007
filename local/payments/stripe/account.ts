/** A Stripe account as one app has it: its keys, its objects, and the events it tells of. */
import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { missing } from './stripe-error.ts';

export type StripeObject =
  | Stripe.BillingPortal.Session
  | Stripe.Charge
  | Stripe.Checkout.Session
  | Stripe.Customer
  | Stripe.Dispute
  | Stripe.Invoice
  | Stripe.InvoicePayment
  | Stripe.PaymentIntent
  | Stripe.PaymentMethod
  | Stripe.Price
  | Stripe.Product
  | Stripe.Refund
  | Stripe.Subscription;
type Kind = StripeObject['object'];
export type ObjectOf<K extends Kind> = Extract<StripeObject, { object: K }>;

/** How a card behaves when it is charged. */
export type CardMood = 'pays' | 'declines' | 'needs-authentication';

/** What a checkout's page was asked for, beyond what its object says. */
export interface CheckoutTerms {
  readonly product: string;
  readonly name: string;
  readonly unitAmount: number;
  readonly quantity: number;
  readonly currency: string;
  readonly interval?: 'month' | 'year';
  readonly trialDays?: number;
  /** Of the payment intent or the subscription that comes of it. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly savesMethod: boolean;
}

/** A line of an invoice before it is one. */
export interface DraftLine {
  readonly amount: number;
  readonly description: string;
  readonly price: Stripe.Price;
  readonly start: number;
  readonly end: number;
  readonly proration: boolean;
}

/** Plain JSON, so that a file can hold it. */
export interface StripeState {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly webhookSecret: string;
  readonly objects: Record<string, StripeObject>;
  /** By checkout session. */
  readonly terms: Record<string, CheckoutTerms>;
  /** By payment method. */
  readonly moods: Record<string, CardMood>;
  readonly deletedCustomers: Record<string, true>;
  /** Prorations that the next invoice will have, by subscription. */
  readonly pendingLines: Record<string, readonly DraftLine[]>;
}

export interface StripeAccount {
  readonly app: string;
  /** Its pages are below it. */
  readonly url: string;
  readonly state: StripeState;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** Tells of the object as it is now. `previous`: what of it was otherwise before. */
  readonly emit: (type: string, object: StripeObject, previous?: Readonly<Record<string, unknown>>) => void;
}

/** Far more than anybody makes by hand. */
const objectLimit = 50_000;

export const newId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

export const newStripeState = (app: string): StripeState => ({
  secretKey: newId(`sk_test_${app}`),
  publishableKey: newId(`pk_test_${app}`),
  webhookSecret: `whsec_${randomBytes(24).toString('hex')}`,
  objects: {},
  terms: {},
  moods: {},
  deletedCustomers: {},
  pendingLines: {},
});

export const add = <Added extends StripeObject>({ state }: StripeAccount, object: Added): Added => {
  if (Object.keys(state.objects).length >= objectLimit) throw new Error('the stand-in holds no more objects');
  state.objects[object.id] = object;
  return object;
};

export const find = <K extends Kind>({ state }: StripeAccount, kind: K, id: string): ObjectOf<K> | undefined => {
  const found = state.objects[id];
  return found?.object === kind ? (found as ObjectOf<K>) : undefined;
};

/** @param param names the parameter that the id came by; absent for the path. @throws StripeRefusal */
export const get = <K extends Kind>(account: StripeAccount, kind: K, id: string, param?: string): ObjectOf<K> => {
  const found = find(account, kind, id);
  if (!found || (kind === 'customer' && account.state.deletedCustomers[id]))
    throw missing(kind.replace('checkout.', '').replace('billing_portal.', ''), id, param);
  return found;
};

/** The newest first. */
export const listOf = <K extends Kind>({ state }: StripeAccount, kind: K): ObjectOf<K>[] =>
  Object.values(state.objects)
    .filter((object): object is ObjectOf<K> => object.object === kind)
    .reverse();

/** The id of what may be expanded. */
export const idOf = (value: string | { readonly id: string } | null | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.id;

export const apiList = <Item>(url: string, data: Item[], hasMore = false): Stripe.ApiList<Item> => ({
  object: 'list',
  url,
  has_more: hasMore,
  data,
});
