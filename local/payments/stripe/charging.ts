/** Money that moves: an intent is paid or not, and what was paid goes back by refunds and disputes. */
import type Stripe from 'stripe';
import { add, type CardMood, find, get, idOf, listOf, type StripeAccount } from './account.ts';
import { type Decline, newCard, newCharge, newDispute, newRefund } from './payment-objects.ts';
import { badRequest, missing, StripeRefusal } from './stripe-error.ts';

/** How an attempt to pay ends. `authenticate`: the bank asks the buyer to confirm. `pending`: the money comes later, or does not. */
export type Ending = 'pay' | 'decline' | 'authenticate' | 'pending';

const declined: Decline = {
  code: 'card_declined',
  decline_code: 'generic_decline',
  message: 'Your card was declined.',
};
const unauthenticated: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

const methodOf = (account: StripeAccount, intent: Stripe.PaymentIntent): string =>
  idOf(intent.payment_method) ?? add(account, newCard(account)).id;

export const attach = (account: StripeAccount, method: Stripe.PaymentMethod, customer: string): void => {
  if (idOf(method.customer) === customer) return;
  method.customer = customer;
  method.allow_redisplay = 'limited';
  account.emit('payment_method.attached', method);
};

const succeed = (account: StripeAccount, intent: Stripe.PaymentIntent): void => {
  const method = methodOf(account, intent);
  const charge = add(account, newCharge(account, intent, method));
  Object.assign(intent, {
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: charge.id,
    payment_method: method,
    next_action: null,
    last_payment_error: null,
  } satisfies Partial<Stripe.PaymentIntent>);
  const card = find(account, 'payment_method', method);
  const customer = idOf(intent.customer);
  if (card && customer !== undefined && intent.setup_future_usage === 'off_session') attach(account, card, customer);
  account.emit('charge.succeeded', charge);
  account.emit('payment_intent.succeeded', intent);
};

const fail = (account: StripeAccount, intent: Stripe.PaymentIntent, decline: Decline): void => {
  const charge = add(account, newCharge(account, intent, idOf(intent.payment_method) ?? null, decline));
  Object.assign(intent, {
    status: 'requires_payment_method',
    latest_charge: charge.id,
    payment_method: null,
    next_action: null,
    last_payment_error: { ...decline, charge: charge.id, type: 'card_error' },
  });
  account.emit('charge.failed', charge);
  account.emit('payment_intent.payment_failed', intent);
};

/** @param returnUrl where the bank's page leads back to */
export const attempt = (
  account: StripeAccount,
  intent: Stripe.PaymentIntent,
  ending: Ending,
  returnUrl: string | null = null,
): void => {
  switch (ending) {
    case 'pay':
      succeed(account, intent);
      break;
    case 'decline':
      fail(account, intent, declined);
      break;
    case 'authenticate': {
      const url = `${account.url}/confirm/${intent.id}`;
      intent.status = 'requires_action';
      intent.payment_method = methodOf(account, intent);
      intent.next_action = { type: 'redirect_to_url', redirect_to_url: { url, return_url: returnUrl } };
      account.emit('payment_intent.requires_action', intent);
      break;
    }
    case 'pending':
      intent.status = 'processing';
      intent.payment_method = methodOf(account, intent);
      account.emit('payment_intent.processing', intent);
      break;
  }
};

/** Nobody is there to confirm: a bank that asks for it declines. */
export const attemptOffSession = (account: StripeAccount, intent: Stripe.PaymentIntent, mood: CardMood): void => {
  switch (mood) {
    case 'pays':
      succeed(account, intent);
      break;
    case 'declines':
      fail(account, intent, declined);
      break;
    case 'needs-authentication':
      fail(account, intent, unauthenticated);
      break;
  }
};

/** The charge that money can go back of. @throws StripeRefusal */
export const chargeOf = (account: StripeAccount, reference: string): Stripe.Charge => {
  const direct = find(account, 'charge', reference);
  if (direct) return direct;
  const intent = get(account, 'payment_intent', reference, 'payment_intent');
  const charge = find(account, 'charge', idOf(intent.latest_charge) ?? '');
  if (!charge?.paid)
    throw badRequest(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
      code: 'payment_intent_unexpected_state',
      param: 'payment_intent',
    });
  return charge;
};

export interface RefundTerms {
  readonly amount?: number | undefined;
  readonly reason?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** @throws StripeRefusal when more is asked for than is left */
export const refund = (account: StripeAccount, reference: string, terms: RefundTerms = {}): Stripe.Refund => {
  const charge = chargeOf(account, reference);
  const left = charge.amount - charge.amount_refunded;
  const amount = terms.amount ?? left;
  if (left === 0)
    throw badRequest(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  if (charge.disputed)
    throw badRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, { code: 'charge_disputed' });
  if (amount > left)
    throw badRequest(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });
  const previous = { amount_refunded: charge.amount_refunded, refunded: charge.refunded };
  const made = add(account, newRefund(account, charge, { ...terms, amount }));
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  account.emit('refund.created', made);
  account.emit('charge.refunded', charge, previous);
  return made;
};

/** @throws StripeRefusal */
export const openDispute = (
  account: StripeAccount,
  reference: string,
  { amount, reason = 'fraudulent' }: { readonly amount?: number; readonly reason?: string } = {},
): Stripe.Dispute => {
  const charge = chargeOf(account, reference);
  if (charge.disputed) throw badRequest(`Charge ${charge.id} is disputed already.`);
  const most = charge.amount - charge.amount_refunded;
  if (most === 0 || (amount ?? most) > most) throw badRequest(`Only ${most} of ${charge.id} can be disputed.`);
  const dispute = add(account, newDispute(account, charge, { amount: amount ?? most, reason }));
  charge.disputed = true;
  account.emit('charge.dispute.created', dispute);
  account.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
};

/** @throws StripeRefusal when it is closed already */
export const closeDispute = (account: StripeAccount, id: string, outcome: 'won' | 'lost'): Stripe.Dispute => {
  const dispute = get(account, 'dispute', id);
  if (dispute.status === 'won' || dispute.status === 'lost')
    throw badRequest(`Dispute ${id} is closed: it was ${dispute.status}.`);
  const previous = { status: dispute.status };
  dispute.status = outcome;
  if (outcome === 'won') account.emit('charge.dispute.funds_reinstated', dispute);
  account.emit('charge.dispute.closed', dispute, previous);
  return dispute;
};

/** Stripe's own names of test cards, and what they do. */
const testCards: Readonly<Record<string, CardMood>> = {
  pm_card_visa: 'pays',
  pm_card_mastercard: 'pays',
  pm_card_chargeDeclined: 'declines',
  pm_card_visa_chargeDeclined: 'declines',
  pm_card_chargeCustomerFail: 'declines',
  pm_card_authenticationRequired: 'needs-authentication',
};

/** A saved card, or a new one by the name of a test card. @throws StripeRefusal */
export const cardNamed = (account: StripeAccount, name: string): Stripe.PaymentMethod => {
  const saved = find(account, 'payment_method', name);
  if (saved) return saved;
  const mood = testCards[name];
  if (mood === undefined) throw missing('PaymentMethod', name, 'payment_method');
  const card = add(account, newCard(account, mood === 'pays' ? '4242' : '0341'));
  account.state.moods[card.id] = mood;
  return card;
};

export const moodOf = ({ state }: StripeAccount, method: string | undefined): CardMood =>
  (method === undefined ? undefined : state.moods[method]) ?? 'pays';

/** How the customer's cards behave from now on. */
export const setMood = (account: StripeAccount, customer: string, mood: CardMood): void => {
  for (const card of listOf(account, 'payment_method'))
    if (idOf(card.customer) === customer) account.state.moods[card.id] = mood;
};

const nextActions = ['requires_payment_method', 'requires_action', 'requires_confirmation'];

/** @throws StripeRefusal unless it waits to be paid */
export const requireOpen = (intent: Stripe.PaymentIntent): void => {
  if (nextActions.includes(intent.status)) return;
  throw new StripeRefusal(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message: `This PaymentIntent is ${intent.status} and cannot be confirmed.`,
  });
};
