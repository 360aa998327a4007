/** An app's account at the providers: its payments and subscriptions, with what may happen to them next. */
import type Stripe from 'stripe';
import type { Delivery } from '../deliveries.ts';
import { paymobMoney, stripeMoney } from '../money.ts';
import { isPaid, type Order, type PaymobAccount, type Transaction, transactionsOf } from '../paymob/account.ts';
import { idOf, listOf, type StripeAccount } from '../stripe/account.ts';
import { moodOf } from '../stripe/charging.ts';
import { productName } from '../stripe/subscription-objects.ts';
import { type Html, html } from './html.ts';
import { badge, button, type PageAnswer, page, time } from './layout.ts';

const shownLimit = 50;
const deliveriesShown = 15;

interface Row {
  readonly what: string;
  readonly detail: string;
  readonly sum?: string;
  readonly state: Html;
  readonly acts: readonly Html[];
}

const rowOf = ({ what, detail, sum = '', state, acts }: Row): Html =>
  html`<div class="row"><span class="what">${what}<small>${detail}</small></span><span class="sum">${sum}</span>${state}<span class="acts">${acts}</span></div>`;

const section = (title: string, rows: readonly Html[], empty: string): Html =>
  html`<h2>${title}</h2>${rows.length > 0 ? html`<div class="card list">${rows}</div>` : html`<p class="note">${empty}</p>`}`;

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

const payments = (account: StripeAccount): Html[] => {
  const disputes = new Map(listOf(account, 'dispute').map((dispute) => [idOf(dispute.charge), dispute]));
  return listOf(account, 'charge')
    .filter(({ paid }) => paid)
    .slice(0, shownLimit)
    .map((charge) => {
      const dispute = disputes.get(charge.id);
      return rowOf({
        what: charge.description ?? 'Payment',
        detail: `${time(charge.created)} · ${idOf(charge.payment_intent) ?? charge.id}`,
        sum: stripeMoney(charge.amount, charge.currency),
        state: chargeState(charge, dispute),
        acts: chargeActs(charge, dispute),
      });
    });
};

const openIntents = (account: StripeAccount): Html[] => {
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
        detail: `${time(intent.created)} · ${intent.id}`,
        sum: stripeMoney(intent.amount, intent.currency),
        state: badge(intent.last_payment_error ? 'declined' : intent.status.replaceAll('_', ' '), 'warn'),
        acts: [
          button(pending ? 'The money comes' : 'Pay', { act: 'pay', id: intent.id }),
          button(pending ? 'It does not' : 'Decline', { act: 'decline', id: intent.id }),
        ],
      });
    });
};

const openPages = (account: StripeAccount): Html[] =>
  listOf(account, 'checkout.session')
    .filter(({ status }) => status === 'open')
    .slice(0, shownLimit)
    .map((session) =>
      rowOf({
        what: account.state.terms[session.id]?.name ?? 'Checkout',
        detail: `until ${time(session.expires_at)} · ${session.id}`,
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

const cardMoods = { pays: 'pays', declines: 'declines', 'needs-authentication': 'asks the bank' } as const;

const cardActs = (account: StripeAccount, subscription: Stripe.Subscription): readonly Html[] => {
  const mood = moodOf(account, idOf(subscription.default_payment_method));
  const customer = idOf(subscription.customer) ?? '';
  return (Object.keys(cardMoods) as (keyof typeof cardMoods)[])
    .filter((other) => other !== mood)
    .map((other) => button(`Card ${cardMoods[other]} from now on`, { act: 'card', id: customer, mood: other }));
};

const subscriptions = (account: StripeAccount): Html[] =>
  listOf(account, 'subscription')
    .slice(0, shownLimit)
    .map((subscription) => {
      const [item] = subscription.items.data;
      const alive = subscription.status !== 'canceled';
      const end = time(item?.current_period_end ?? 0);
      return rowOf({
        what: item ? productName(account, item.price) : 'Plan',
        detail: `${alive ? (subscription.cancel_at_period_end ? `ends ${end}` : `period until ${end}`) : 'over'} · ${subscription.id}`,
        sum: stripeMoney(item?.price.unit_amount ?? 0, subscription.currency),
        state: badge(subscription.status.replaceAll('_', ' '), subscription.status === 'active' ? 'good' : 'warn'),
        acts: alive ? [...subscriptionActs(subscription), ...cardActs(account, subscription)] : [],
      });
    });

const transactionActs = (transaction: Transaction): readonly Html[] => {
  const id = String(transaction.id);
  if (transaction.pending)
    return [button('The money comes', { act: 'paymob-settle', id }), button('It does not', { act: 'paymob-fail', id })];
  if (!transaction.success || transaction.is_voided || transaction.has_parent_transaction) return [];
  if (transaction.refunded_amount_cents >= transaction.amount_cents) return [];
  return [
    button('Refund half', { act: 'paymob-refund-half', id }),
    button('Refund all', { act: 'paymob-refund', id }),
    ...(transaction.refunded_amount_cents === 0 ? [button('Void', { act: 'paymob-void', id })] : []),
  ];
};

const transactionState = (transaction: Transaction): Html => {
  if (transaction.pending) return badge('pending', 'warn');
  if (!transaction.success) return badge('failed', 'bad');
  if (transaction.is_refund || transaction.is_void) return badge(transaction.is_refund ? 'a refund' : 'a void');
  if (transaction.is_voided) return badge('voided', 'warn');
  return transaction.is_refunded
    ? badge(`${paymobMoney(transaction.refunded_amount_cents, transaction.currency)} refunded`, 'warn')
    : badge('paid', 'good');
};

const orders = (account: PaymobAccount, pageOf: (order: Order) => string): Html[] =>
  Object.values(account.state.orders)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, shownLimit)
    .flatMap((order) => [
      rowOf({
        what: order.asked.items?.[0]?.name ?? 'Order',
        detail: `${time(new Date(order.createdAt))} · order ${order.id}`,
        sum: paymobMoney(order.asked.amount, order.asked.currency),
        state: badge(isPaid(account, order.id) ? 'closed' : 'open'),
        acts: isPaid(account, order.id) ? [] : [html`<a class="button" href="${pageOf(order)}">Open</a>`],
      }),
      ...transactionsOf(account, order.id).map((transaction) =>
        rowOf({
          what: `↳ transaction ${transaction.id}`,
          detail: transaction.data.message,
          sum: paymobMoney(transaction.amount_cents, transaction.currency),
          state: transactionState(transaction),
          acts: transactionActs(transaction),
        }),
      ),
    ]);

const deliveryMoods = {
  delivered: 'good',
  'given-up': 'bad',
  dropped: 'warn',
  held: 'warn',
  'on-its-way': 'plain',
} as const;

const deliveryRow = (delivery: Delivery): Html =>
  rowOf({
    what: delivery.type,
    detail: `${delivery.id}${delivery.answer === undefined ? '' : ` · answered ${delivery.answer}`}${delivery.tries > 1 ? ` · ${delivery.tries} tries` : ''}`,
    state: badge(delivery.status.replaceAll('-', ' '), deliveryMoods[delivery.status]),
    acts: [button('Send again', { act: 'redeliver', id: delivery.id })],
  });

export interface AccountView {
  readonly stripe: StripeAccount;
  readonly paymob: PaymobAccount;
  readonly deliveries: readonly Delivery[];
  readonly orderPage: (order: Order) => string;
  /** What came of the last button. */
  readonly said: string | undefined;
}

export const accountPage = ({ stripe, paymob, deliveries, orderPage, said }: AccountView): PageAnswer => {
  const told = deliveries.filter(({ app }) => app === stripe.app);
  const content = html`<p class="note"><a href="/">All apps</a></p><h1>${stripe.app}</h1>
<p class="note">${badge('test')} What happened at the payment providers on this machine, and what may happen next. Times are UTC.</p>
${said === undefined ? undefined : html`<p class="said">${said}</p>`}
${section('Waiting for a buyer', [...openPages(stripe), ...openIntents(stripe)], 'Nothing at Stripe.')}
${section('Stripe payments', payments(stripe), 'None yet: open a checkout page by POST /v1/checkout.')}
${section('Stripe subscriptions', subscriptions(stripe), 'None yet.')}
${section('Paymob orders', orders(paymob, orderPage), 'None yet.')}
${section('Webhooks, the newest first', told.slice(-deliveriesShown).reverse().map(deliveryRow), 'None sent yet.')}`;
  return page(`${stripe.app} payments`, content);
};

export const indexPage = (
  accounts: readonly { readonly stripe: StripeAccount; readonly paymob: PaymobAccount }[],
): PageAnswer => {
  const rows = accounts.map(({ stripe, paymob }) => {
    const count = listOf(stripe, 'charge').filter(({ paid }) => paid).length;
    const plans = listOf(stripe, 'subscription').length;
    const paid = Object.values(paymob.state.orders).filter(({ id }) => isPaid(paymob, id)).length;
    return html`<div class="row"><span class="what"><a href="/apps/${stripe.app}">${stripe.app}</a>
<small>Stripe payments: ${count} · subscriptions: ${plans} · Paymob payments: ${paid}</small></span></div>`;
  });
  const content = html`<h1>Payments on this machine</h1>
<p class="note">${badge('test')} Stand-ins for Stripe and Paymob: no money moves. Each app has accounts of its own.</p>
<div class="card list">${rows}</div>`;
  return page('Payments', content);
};
