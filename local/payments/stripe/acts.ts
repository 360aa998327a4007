/** What people do at Stripe, as a test or a page says it: buyers pay or do not, banks take money back, time goes by. */
import type Stripe from 'stripe';
import {
  type CardMood,
  find,
  get,
  idOf,
  listOf,
  type ObjectOf,
  type StripeAccount,
  type StripeObject,
} from './account.ts';
import { attempt, closeDispute, type Ending, openDispute, refund, requireOpen, setMood } from './charging.ts';
import { expireSession, paySession, sessionNow, settleSession } from './checkout.ts';
import { intentOf } from './invoicing.ts';
import { advance, cancelAtPeriodEnd, cancelNow, warnTrialEnd } from './subscriptions.ts';

/** `dispute`: pays, and when everybody was told of it the bank takes the money back. */
export type PageEnding = Ending | 'dispute';

export interface StripeActs {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly webhookSecret: string;
  /** The newest first. */
  list<K extends StripeObject['object']>(kind: K): ObjectOf<K>[];
  /** As the buyer does on a checkout's page. @throws StripeRefusal unless it is open */
  paySession(session: string, how: PageEnding): Stripe.Checkout.Session;
  /** After `pending`: the money comes, or does not. */
  settleSession(session: string, arrives: boolean): Stripe.Checkout.Session;
  expireSession(session: string): Stripe.Checkout.Session;
  /** As an app's own page does by the client secret; or, after `authenticate`, as the buyer does at their bank. */
  payIntent(intent: string, how: PageEnding): Stripe.PaymentIntent;
  /** Of a payment by its intent, charge, checkout session or invoice. Without an amount: all that is left. */
  refund(reference: string, amount?: number): Stripe.Refund;
  dispute(reference: string, options?: { readonly amount?: number; readonly reason?: string }): Stripe.Dispute;
  closeDispute(dispute: string, outcome: 'won' | 'lost'): Stripe.Dispute;
  /** What comes next by itself: the next period, another try of an overdue invoice, or the end. Without `how` the card decides. */
  advance(subscription: string, how?: 'pay' | 'decline'): Stripe.Subscription;
  warnTrialEnd(subscription: string): void;
  /** As the customer does in the portal. */
  cancelAtPeriodEnd(subscription: string, cancels: boolean): Stripe.Subscription;
  cancelNow(subscription: string): Stripe.Subscription;
  /** How the customer's saved cards behave from now on. */
  setCard(customer: string, mood: CardMood): void;
}

export interface ActsOptions {
  /** After every act. */
  readonly save: () => void;
  /** When everybody was told of everything. */
  readonly afterwards: (run: () => void) => void;
}

/** The intent or charge behind whatever names a payment. */
const behind = (account: StripeAccount, reference: string): string => {
  const session = find(account, 'checkout.session', reference);
  const invoice = find(account, 'invoice', idOf(session?.invoice) ?? reference);
  if (invoice) return intentOf(account, invoice).id;
  return idOf(session?.payment_intent) ?? reference;
};

export const stripeActs = (account: StripeAccount, { save, afterwards }: ActsOptions): StripeActs => {
  const saving = <Result>(act: () => Result): Result => {
    try {
      return act();
    } finally {
      save();
    }
  };
  const payment = (how: PageEnding): Ending => (how === 'dispute' ? 'pay' : how);
  const thenDispute = (how: PageEnding, reference: string) => {
    if (how === 'dispute') afterwards(() => saving(() => openDispute(account, behind(account, reference))));
  };
  return {
    secretKey: account.state.secretKey,
    publishableKey: account.state.publishableKey,
    webhookSecret: account.state.webhookSecret,
    list: (kind) => structuredClone(listOf(account, kind)),
    paySession: (id, how) =>
      saving(() => {
        const session = paySession(account, id, payment(how));
        thenDispute(how, id);
        return session;
      }),
    settleSession: (id, arrives) => saving(() => settleSession(account, id, arrives)),
    expireSession: (id) =>
      saving(() => {
        const session = sessionNow(account, id);
        if (session.status === 'open') expireSession(account, session);
        return session;
      }),
    payIntent: (id, how) =>
      saving(() => {
        const intent = get(account, 'payment_intent', id);
        const session = listOf(account, 'checkout.session').find(({ payment_intent }) => idOf(payment_intent) === id);
        if (session?.status === 'open') paySession(account, session.id, payment(how));
        else if (session && intent.status === 'processing') settleSession(account, session.id, how !== 'decline');
        else {
          if (intent.status !== 'processing') requireOpen(intent);
          attempt(account, intent, payment(how));
        }
        thenDispute(how, session?.id ?? id);
        return intent;
      }),
    refund: (reference, amount) => saving(() => refund(account, behind(account, reference), { amount })),
    dispute: (reference, options) => saving(() => openDispute(account, behind(account, reference), options)),
    closeDispute: (id, outcome) => saving(() => closeDispute(account, id, outcome)),
    advance: (id, how) => saving(() => advance(account, id, how)),
    warnTrialEnd: (id) => saving(() => warnTrialEnd(account, id)),
    cancelAtPeriodEnd: (id, cancels) => saving(() => cancelAtPeriodEnd(account, id, cancels)),
    cancelNow: (id) => saving(() => cancelNow(account, id)),
    setCard: (customer, mood) => saving(() => setMood(account, customer, mood)),
  };
};
