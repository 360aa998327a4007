/** The stand-in's pages: buyers', customers' and the account's, and what their buttons do. */
import type { Deliveries } from '../deliveries.ts';
import type { HostedApp } from '../hosted.ts';
import { halfOf } from '../money.ts';
import { type Order, PaymobRefusal } from '../paymob/account.ts';
import { find, idOf } from '../stripe/account.ts';
import { StripeRefusal } from '../stripe/stripe-error.ts';
import { accountPage, indexPage } from './account-page.ts';
import {
  checkoutPage,
  confirmPage,
  invoicePage,
  isPageEnding,
  portalPage,
  receiptPage,
  successUrl,
} from './buyer-pages.ts';
import { notFound, type PageAnswer, seeOther } from './layout.ts';
import { paymobPage, responseUrl } from './paymob-page.ts';

export interface Site {
  readonly apps: ReadonlyMap<string, HostedApp>;
  readonly deliveries: Deliveries;
}

export interface PageRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of a button; absent for a look. */
  readonly form?: URLSearchParams;
}

/** Answers what was said, or nothing when it went well. */
const trying = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof StripeRefusal || error instanceof PaymobRefusal) return error.message;
    throw error;
  }
};

const cardMoods = ['pays', 'declines', 'needs-authentication'] as const;

/** What a button of the account's page does. */
const act = ({ stripe, stripeActs, paymob, paymobActs }: HostedApp, { deliveries }: Site, form: URLSearchParams) => {
  const id = form.get('id') ?? '';
  const number = Number(id);
  switch (form.get('act')) {
    case 'pay':
      return stripeActs.payIntent(id, 'pay');
    case 'decline':
      return stripeActs.payIntent(id, 'decline');
    case 'expire':
      return stripeActs.expireSession(id);
    case 'refund':
      return stripeActs.refund(id);
    case 'refund-half': {
      const charge = find(stripe, 'charge', id);
      return stripeActs.refund(id, charge && halfOf(charge.amount, charge.currency));
    }
    case 'dispute':
      return stripeActs.dispute(id);
    case 'win':
      return stripeActs.closeDispute(id, 'won');
    case 'lose':
      return stripeActs.closeDispute(id, 'lost');
    case 'advance':
      return stripeActs.advance(id, form.get('how') === 'decline' ? 'decline' : 'pay');
    case 'trial':
      return stripeActs.warnTrialEnd(id);
    case 'cancel':
      return stripeActs.cancelNow(id);
    case 'card': {
      const mood = cardMoods.find((known) => known === form.get('mood'));
      return mood && stripeActs.setCard(id, mood);
    }
    case 'paymob-settle':
      return paymobActs.settle(number, true);
    case 'paymob-fail':
      return paymobActs.settle(number, false);
    case 'paymob-refund':
      return paymobActs.refund(number);
    case 'paymob-refund-half': {
      const transaction = paymob.state.transactions[number];
      return paymobActs.refund(number, transaction && halfOf(transaction.amount_cents, transaction.currency));
    }
    case 'paymob-void':
      return paymobActs.void(number);
    case 'redeliver':
      return void deliveries.redeliver(id).catch(() => undefined);
    default:
      return undefined;
  }
};

const orderPage =
  ({ paymob }: HostedApp) =>
  (order: Order) =>
    `/unifiedcheckout/?${new URLSearchParams({ publicKey: paymob.state.publicKey, clientSecret: order.clientSecret })}`;

const onAccount = (hosted: HostedApp, site: Site, { query, form }: PageRequest): PageAnswer => {
  const path = `/apps/${hosted.app}`;
  if (form) {
    const said = trying(() => act(hosted, site, form));
    return seeOther(said === undefined ? path : `${path}?${new URLSearchParams({ said })}`);
  }
  const { stripe, paymob } = hosted;
  const { all: deliveries } = site.deliveries;
  return accountPage({
    stripe,
    paymob,
    deliveries,
    orderPage: orderPage(hosted),
    said: query.get('said') ?? undefined,
  });
};

const onCheckout = ({ stripe, stripeActs }: HostedApp, id: string, form?: URLSearchParams): PageAnswer => {
  if (!find(stripe, 'checkout.session', id)) return notFound('There is no such page to pay on.');
  const how = form?.get('how') ?? '';
  if (!form || !isPageEnding(how)) return checkoutPage(stripe, id);
  const said = trying(() => stripeActs.paySession(id, how));
  const session = find(stripe, 'checkout.session', id);
  if (said !== undefined || !session) return checkoutPage(stripe, id);
  if (session.status === 'complete') return seeOther(successUrl(session));
  const intent = idOf(session.payment_intent) ?? '';
  return seeOther(how === 'authenticate' ? `${stripe.url}/confirm/${intent}` : `${stripe.url}/checkout/${id}`);
};

/** Back to where the payment began. */
const onConfirm = ({ stripe, stripeActs }: HostedApp, id: string, form?: URLSearchParams): PageAnswer => {
  const intent = find(stripe, 'payment_intent', id);
  if (!intent) return notFound('There is no such payment.');
  if (!form) return confirmPage(stripe, intent);
  const session = stripeActs.list('checkout.session').find(({ payment_intent }) => idOf(payment_intent) === id);
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  trying(() => stripeActs.payIntent(id, form.get('how') === 'decline' ? 'decline' : 'pay'));
  const now = session && find(stripe, 'checkout.session', session.id);
  if (now?.status === 'complete') return seeOther(successUrl(now));
  if (now) return seeOther(`${stripe.url}/checkout/${now.id}`);
  return seeOther(returnUrl ?? stripe.url);
};

const onPortal = ({ stripe, stripeActs }: HostedApp, id: string, form?: URLSearchParams): PageAnswer => {
  const portal = find(stripe, 'billing_portal.session', id);
  if (!portal) return notFound('There is no such page.');
  const subscription = find(stripe, 'subscription', form?.get('id') ?? '');
  if (form && subscription && idOf(subscription.customer) === portal.customer)
    trying(() => stripeActs.cancelAtPeriodEnd(subscription.id, form.get('act') === 'cancel'));
  return form ? seeOther(portal.url) : portalPage(stripe, portal);
};

const onInvoice = ({ stripe, stripeActs }: HostedApp, id: string, form?: URLSearchParams): PageAnswer => {
  const invoice = find(stripe, 'invoice', id);
  if (!invoice) return notFound('There is no such invoice.');
  if (!form) return invoicePage(stripe, invoice);
  const subscription = idOf(invoice.parent?.subscription_details?.subscription) ?? '';
  if (invoice.status === 'open') trying(() => stripeActs.advance(subscription, 'pay'));
  return seeOther(`${stripe.url}/invoices/${id}`);
};

const onPaymob = ({ apps }: Site, { query, form }: PageRequest): PageAnswer => {
  const hosted = [...apps.values()].find(({ paymob }) => paymob.state.publicKey === query.get('publicKey'));
  const secret = query.get('clientSecret');
  const order = hosted && Object.values(hosted.paymob.state.orders).find((known) => known.clientSecret === secret);
  if (!hosted || !order) return notFound('There is no such page to pay on.');
  const how = (['pay', 'fail', 'pending', 'pending-then-pay'] as const).find((known) => known === form?.get('how'));
  if (how === undefined) return paymobPage(hosted.paymob, order);
  const before = new Set(hosted.paymobActs.transactions(order.id).map(({ id }) => id));
  const said = trying(() => hosted.paymobActs.pay(order.id, how));
  const made = hosted.paymobActs.transactions(order.id).find(({ id }) => !before.has(id));
  const next = made && responseUrl(hosted.paymob, order, made);
  return next === undefined ? paymobPage(hosted.paymob, order, said ?? 'Done.') : seeOther(next);
};

export const answerPage = (site: Site, request: PageRequest): PageAnswer => {
  if (request.path === '/') return indexPage([...site.apps.values()]);
  if (request.path === '/unifiedcheckout/') return onPaymob(site, request);
  const [, app = '', kind, id = ''] = /^\/apps\/([\w-]+)(?:\/(\w+)\/([\w-]+))?$/.exec(request.path) ?? [];
  const hosted = site.apps.get(app);
  if (!hosted) return notFound('There is nothing at this address.');
  const { form } = request;
  switch (kind) {
    case undefined:
      return onAccount(hosted, site, request);
    case 'checkout':
      return onCheckout(hosted, id, form);
    case 'confirm':
      return onConfirm(hosted, id, form);
    case 'portal':
      return onPortal(hosted, id, form);
    case 'invoices':
      return onInvoice(hosted, id, form);
    case 'receipts': {
      const charge = find(hosted.stripe, 'charge', id);
      return charge ? receiptPage(hosted.stripe, charge) : notFound('There is no such receipt.');
    }
    default:
      return notFound('There is nothing at this address.');
  }
};
