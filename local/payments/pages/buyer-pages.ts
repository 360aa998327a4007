/** What a buyer sees at Stripe: the page to pay on, their bank's page, receipts and invoices. */
import type Stripe from 'stripe';
import { stripeMoney } from '../money.ts';
import { find, idOf, listOf, type StripeAccount } from '../stripe/account.ts';
import type { PageEnding } from '../stripe/acts.ts';
import { sessionNow, termsOf } from '../stripe/checkout.ts';
import { type Html, html, link } from './html.ts';
import { badge, button, type PageAnswer, page, testNote, time } from './layout.ts';

const endings: Readonly<Record<Exclude<PageEnding, 'pay'>, string>> = {
  decline: 'The card is declined',
  authenticate: 'The bank asks to confirm (3-D Secure)',
  pending: 'Paid, and the money comes later',
  dispute: 'Paid, then disputed',
};
export const isPageEnding = (how: string): how is PageEnding => how === 'pay' || how in endings;

/** Where the buyer goes when it is paid. */
export const successUrl = (session: Stripe.Checkout.Session): string =>
  (session.success_url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', session.id);

const lastError = (account: StripeAccount, intent: string | undefined): Html | undefined => {
  const message = find(account, 'payment_intent', intent ?? '')?.last_payment_error?.message;
  return message ? html`<p class="said">${message} Try again.</p>` : undefined;
};

const over = (session: Stripe.Checkout.Session): PageAnswer => {
  const paid = session.status === 'complete';
  const back = paid ? successUrl(session) : session.cancel_url;
  return page(
    paid ? 'Paid' : 'Expired',
    html`<div class="card"><h1>${paid ? 'This was paid already' : 'This page has expired'}</h1>
${back ? html`<p><a href="${link(back)}">Back to the app</a></p>` : undefined}</div>`,
    { narrow: true },
  );
};

export const checkoutPage = (account: StripeAccount, id: string): PageAnswer => {
  const session = sessionNow(account, id);
  if (session.status !== 'open') return over(session);
  const terms = termsOf(account, id);
  const plan = session.mode === 'subscription';
  const amount = stripeMoney(session.amount_total ?? 0, terms.currency);
  const others = (['decline', 'authenticate', 'pending', 'dispute'] as const).filter(
    (how) => !plan || how === 'decline' || how === 'authenticate',
  );
  const content = html`<div class="card">
<p class="note">${account.app}</p><h1>${terms.name}</h1>
<p class="amount">${amount}</p>
<p class="note">${plan ? `each ${terms.interval ?? 'month'}, until it is cancelled` : 'once'}${
    terms.savesMethod ? ' · the card is kept for later' : ''
  }${terms.trialDays === undefined ? '' : ` · free for ${terms.trialDays} days`}</p>
${lastError(account, idOf(session.payment_intent))}
<div class="stack">${button(plan ? 'Subscribe' : `Pay ${amount}`, { how: 'pay' }, true)}
${others.map((how) => button(endings[how], { how }))}
${session.cancel_url ? html`<a class="button" href="${link(session.cancel_url)}">Cancel and go back</a>` : undefined}</div>
</div>${testNote('Stripe')}`;
  return page(`Pay ${amount}`, content, { narrow: true });
};

export const confirmPage = (account: StripeAccount, intent: Stripe.PaymentIntent): PageAnswer => {
  const amount = stripeMoney(intent.amount, intent.currency);
  const content = html`<div class="card"><p class="note">Your bank</p><h1>Is it you who pays?</h1>
<p class="amount">${amount}</p><p class="note">to ${account.app}</p>
${
  intent.status === 'requires_action'
    ? html`<div class="stack">${button('Yes, confirm', { how: 'pay' }, true)}${button('No, refuse', { how: 'decline' })}</div>`
    : html`<p>Nothing waits for you here.</p>`
}</div>${testNote('3-D Secure')}`;
  return page('Confirm', content, { narrow: true });
};

export const receiptPage = (account: StripeAccount, charge: Stripe.Charge): PageAnswer => {
  const back = charge.amount_refunded;
  const content = html`<div class="card"><p class="note">Receipt from ${account.app}</p>
<h1>${charge.description ?? 'Payment'}</h1><p class="amount">${stripeMoney(charge.amount, charge.currency)}</p>
<p class="note">${time(charge.created)} UTC · Visa ···· 4242</p>
${back > 0 ? html`<p>${badge('refunded', 'warn')} ${stripeMoney(back, charge.currency)}</p>` : undefined}
<p class="note"><code>${charge.id}</code></p></div>${testNote('Stripe')}`;
  return page('Receipt', content, { narrow: true });
};

export const invoicePage = (account: StripeAccount, invoice: Stripe.Invoice): PageAnswer => {
  const lines = invoice.lines.data.map(
    (
      line,
    ) => html`<div class="row"><span class="what">${line.description ?? ''}<small>${time(line.period.start)} – ${time(line.period.end)}</small></span>
<span class="sum">${stripeMoney(line.amount, line.currency)}</span></div>`,
  );
  const content = html`<div class="card"><p class="note">Invoice ${invoice.number ?? ''} from ${account.app}</p>
<p class="amount">${stripeMoney(invoice.amount_due, invoice.currency)}</p>
<p>${badge(invoice.status ?? 'draft', invoice.status === 'paid' ? 'good' : 'warn')}</p>${lines}
${invoice.status === 'open' ? html`<div class="stack">${button('Pay', { how: 'pay' }, true)}</div>` : undefined}
</div>${testNote('Stripe')}`;
  return page('Invoice', content, { narrow: true });
};

export const portalPage = (account: StripeAccount, portal: Stripe.BillingPortal.Session): PageAnswer => {
  const customer = find(account, 'customer', portal.customer);
  const subscriptions = listOf(account, 'subscription').filter((found) => idOf(found.customer) === portal.customer);
  const cards = listOf(account, 'payment_method').filter((card) => idOf(card.customer) === portal.customer);
  const rows = subscriptions.map((subscription) => {
    const [item] = subscription.items.data;
    const name = find(account, 'product', idOf(item?.price.product) ?? '')?.name ?? 'Plan';
    const ends = subscription.cancel_at_period_end;
    const alive = subscription.status !== 'canceled';
    return html`<div class="row"><span class="what">${name}<small>${
      alive ? `${ends ? 'ends' : 'renews'} ${time(item?.current_period_end ?? 0)} UTC` : 'over'
    }</small></span><span class="sum">${stripeMoney(item?.price.unit_amount ?? 0, subscription.currency)}</span>
${badge(subscription.status, subscription.status === 'active' ? 'good' : 'warn')}
<span class="acts">${
      alive ? button(ends ? 'Resume' : 'Cancel', { act: ends ? 'resume' : 'cancel', id: subscription.id }) : undefined
    }</span></div>`;
  });
  const saved = cards.map(
    (card) => html`<div class="row"><span class="what">Visa ···· ${card.card?.last4 ?? ''}</span></div>`,
  );
  const content = html`<div class="card"><p class="note">${account.app}</p><h1>Your subscriptions</h1>
<p class="note">${customer?.email ?? ''}</p>
${rows.length > 0 ? rows : html`<p>There are none.</p>`}${saved}
${
  portal.return_url
    ? html`<div class="stack"><a class="button" href="${link(portal.return_url)}">Back to the app</a></div>`
    : undefined
}</div>${testNote('Stripe')}`;
  return page('Your subscriptions', content, { narrow: true });
};
