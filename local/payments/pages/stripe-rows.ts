/** What an app has at Stripe: payments, open pages and intents, subscriptions, cards that are kept. */
import type Stripe from 'stripe';
import { stripeMoney } from '../money.ts';
import { type CardMood, find, idOf, listOf, type StripeAccount } from '../stripe/account.ts';
import { moodOf } from '../stripe/charging.ts';
import { productName } from '../stripe/subscription-objects.ts';
import { type Html, html } from './html.ts';
import { badge, button, time } from './layout.ts';
import { rowOf, shownLimit } from './rows.ts';

type CustomerOf = Stripe.Charge['customer'] | Stripe.Subscription['customer'];

/** The e-mail address, or the customer's id where there is none. */
const buyerOf = (account: StripeAccount, customer: CustomerOf): string | undefined => {
  const id = idOf(customer);
  return find(account, 'customer', id ?? '')?.email ?? id;
};

const chargeState = (charge: Stripe.Charge, dispute: Stripe.Dispute | undefined): Html => {
  if (dispute)
    return badge(`dispute ${dispute.status.replaceAll('_', ' ')}`, dispute.status === 'won' ? 'good' : 'bad');
  if (charge.refunded) return badge('refunded', 'warn');
  if (charge.amount_refunded > 0)
    return badge(`${stripeMoney(charge.amount_refunded, charge.currency)} refunded`, 'warn');
  return badge('paid', 'good');
};

const chargeActs = (charge: Stripe.Charge, dispute: Stripe.Dispute | undefined): readonly Html[] => {
  if (dispute?.status === 'needs_response')
    return [button('Win', { act: 'win', id: dispute.id }), button('Lose', { act: 'lose', id: dispute.id })];
  if (dispute || charge.refunded) return [];
  return [
    button('Refund half', { act: 'refund-half', id: charge.id }),
    button('Refund all', { act: 'refund', id: charge.id }),
    button('Dispute', { act: 'dispute', id: charge.id }),
  ];
};

export const stripePayments = (account: StripeAccount): Html[] => {
  const disputes = new Map(listOf(account, 'dispute').map((dispute) => [idOf(dispute.charge), dispute]));
  return listOf(account, 'charge')
    .filter(({ paid }) => paid)
    .slice(0, shownLimit)
    .map((charge) => {
      const dispute = disputes.get(charge.id);
      return rowOf({
        what: charge.description ?? 'Payment',
        details: [buyerOf(account, charge.customer), time(charge.created), idOf(charge.payment_intent) ?? charge.id],
        sum: stripeMoney(charge.amount, charge.currency),
        state: chargeState(charge, dispute),
        acts: chargeActs(charge, dispute),
      });
    });
};

export const openIntents = (account: StripeAccount): Html[] => {
  const open = ['requires_payment_method', 'requires_action', 'processing'];
  const elsewhere = new Set([
    ...listOf(account, 'invoice_payment').map(({ payment }) => idOf(payment.payment_intent)),
    ...listOf(account, 'checkout.session').flatMap(({ status, payment_intent }) =>
      status === 'open' ? [idOf(payment_intent)] : [],
    ),
  ]);
  return listOf(account, 'payment_intent')
    .filter(({ id, status }) => open.includes(status) && !elsewhere.has(id))
    .slice(0, shownLimit)
    .map((intent) => {
      const pending = intent.status === 'processing';
      return rowOf({
        what: intent.description ?? 'Payment intent',
        details: [buyerOf(account, intent.customer), time(intent.created), intent.id],
        sum: stripeMoney(intent.amount, intent.currency),
        state: badge(intent.last_payment_error ? 'declined' : intent.status.replaceAll('_', ' '), 'warn'),
        acts: [
          button(pending ? 'The money comes' : 'Pay', { act: 'pay', id: intent.id }),
          button(pending ? 'It does not' : 'Decline', { act: 'decline', id: intent.id }),
        ],
      });
    });
};

export const openPages = (account: StripeAccount): Html[] =>
  listOf(account, 'checkout.session')
    .filter(({ status }) => status === 'open')
    .slice(0, shownLimit)
    .map((session) =>
      rowOf({
        what: account.state.terms[session.id]?.name ?? 'Checkout',
        details: [buyerOf(account, session.customer), `until ${time(session.expires_at)}`, session.id],
        sum: stripeMoney(session.amount_total ?? 0, session.currency ?? 'usd'),
        state: badge('open page'),
        acts: [
          html`<a class="button" href="${session.url ?? '#'}">Open</a>`,
          button('Expire', { act: 'expire', id: session.id }),
        ],
      }),
    );

const subscriptionActs = (subscription: Stripe.Subscription): readonly Html[] => {
  const { id, status } = subscription;
  if (status === 'canceled') return [];
  const due = status === 'past_due';
  return [
    button(due ? 'Pay what is due' : 'Next period', { act: 'advance', id, how: 'pay' }),
    button(due ? 'Fail again' : 'Fail the next payment', { act: 'advance', id, how: 'decline' }),
    ...(status === 'trialing' ? [button('Trial ends soon', { act: 'trial', id })] : []),
    button('Cancel now', { act: 'cancel', id }),
  ];
};

export const stripeSubscriptions = (account: StripeAccount): Html[] =>
  listOf(account, 'subscription')
    .slice(0, shownLimit)
    .map((subscription) => {
      const [item] = subscription.items.data;
      const alive = subscription.status !== 'canceled';
      const end = time(item?.current_period_end ?? 0);
      return rowOf({
        what: item ? productName(account, item.price) : 'Plan',
        details: [
          buyerOf(account, subscription.customer),
          alive ? (subscription.cancel_at_period_end ? `ends ${end}` : `period until ${end}`) : 'over',
          subscription.id,
        ],
        sum: stripeMoney(item?.price.unit_amount ?? 0, subscription.currency),
        state: badge(subscription.status.replaceAll('_', ' '), subscription.status === 'active' ? 'good' : 'warn'),
        acts: alive ? subscriptionActs(subscription) : [],
      });
    });

const moods = {
  pays: { is: 'pays', badge: 'good', button: 'Pays from now on' },
  declines: { is: 'declines', badge: 'bad', button: 'Declines from now on' },
  'needs-authentication': { is: 'asks the bank', badge: 'warn', button: 'Asks the bank from now on' },
} as const satisfies Record<CardMood, object>;
const allMoods = ['pays', 'declines', 'needs-authentication'] as const satisfies readonly CardMood[];

/** By customer: what is charged while nobody is there, by a subscription or a top-up, is charged to these. */
export const keptCards = (account: StripeAccount): Html[] =>
  listOf(account, 'customer')
    .filter(({ id }) => !account.state.deletedCustomers[id])
    .flatMap((customer) => {
      const cards = listOf(account, 'payment_method').filter((card) => idOf(card.customer) === customer.id);
      if (cards.length === 0) return [];
      const [mood, ...others] = new Set(cards.map(({ id }) => moodOf(account, id)));
      const same = others.length === 0 ? mood : undefined;
      return rowOf({
        what: customer.email ?? customer.id,
        details: [cards.map(({ card }) => `Visa ···· ${card?.last4 ?? ''}`).join(', '), customer.id],
        state: same === undefined ? badge('differ') : badge(moods[same].is, moods[same].badge),
        acts: allMoods
          .filter((other) => other !== same)
          .map((other) => button(moods[other].button, { act: 'card', id: customer.id, mood: other })),
      });
    })
    .slice(0, shownLimit);
