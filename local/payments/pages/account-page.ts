/** An app's account at the providers: its payments and subscriptions, with what may happen to them next. */
import type { Delivery } from '../deliveries.ts';
import { isPaid, type Order, type PaymobAccount } from '../paymob/account.ts';
import { listOf, type StripeAccount } from '../stripe/account.ts';
import { type Html, html } from './html.ts';
import { badge, button, type PageAnswer, page } from './layout.ts';
import { paymobOrders } from './paymob-rows.ts';
import { rowOf, section, shownLimit } from './rows.ts';
import { keptCards, openIntents, openPages, stripePayments, stripeSubscriptions } from './stripe-rows.ts';

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
    details: [
      delivery.id,
      delivery.answer && `answered ${delivery.answer}`,
      delivery.tries > 1 ? `${delivery.tries} tries` : undefined,
    ],
    state: badge(delivery.status.replaceAll('-', ' '), deliveryMoods[delivery.status]),
    acts: [button('Send again', { act: 'redeliver', id: delivery.id })],
  });

/** They are kept until the next start, the newest thousand of all apps. */
const webhooksTitle = (count: number): string =>
  `Webhooks, the newest first${count > shownLimit ? ` (${shownLimit} of ${count})` : ''}`;

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
${section('Stripe payments', stripePayments(stripe), 'None yet: open a checkout page by POST /v1/checkout.')}
${section('Stripe subscriptions', stripeSubscriptions(stripe), 'None yet.')}
${section('Kept cards', keptCards(stripe), 'None yet: a subscription keeps one, and a pack bought with save_payment_method.')}
${section('Paymob orders', paymobOrders(paymob, orderPage), 'None yet.')}
${section(webhooksTitle(told.length), told.slice(-shownLimit).reverse().map(deliveryRow), 'None sent yet.')}`;
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
