/** What a buyer sees at Paymob. */
import { paymobMoney } from '../money.ts';
import { isPaid, type Order, type PaymobAccount, type Transaction } from '../paymob/account.ts';
import { hmacOf, signedFields } from '../paymob/hmac.ts';
import { html, link } from './html.ts';
import { button, type PageAnswer, page, testNote } from './layout.ts';

export const paymobPage = (account: PaymobAccount, order: Order, said?: string): PageAnswer => {
  const { amount, currency, items = [], billing_data: buyer } = order.asked;
  const money = paymobMoney(amount, currency);
  const paid = isPaid(account, order.id);
  const { redirection_url: target } = order.asked;
  const back = target === undefined ? undefined : html`<p><a href="${link(target)}">Back to the app</a></p>`;
  // What was not known is sent as `NA`.
  const known = [buyer.first_name, buyer.last_name, buyer.email].filter((value) => value !== 'NA');
  const content = html`<div class="card"><p class="note">${account.app}</p>
<h1>${items.map(({ name }) => name).join(', ') || 'Order'}</h1><p class="amount">${money}</p>
<p class="note">${[`Order ${order.id}`, ...known].join(' · ')}</p>
${said === undefined ? undefined : html`<p class="said">${said}</p>`}
${
  paid
    ? html`<p>This was paid already.</p>${back}`
    : html`<div class="stack">${button(`Pay ${money}`, { how: 'pay' }, true)}
${button('The payment fails', { how: 'fail' })}
${button('Pending, then paid', { how: 'pending-then-pay' })}
${button('Pending', { how: 'pending' })}</div>`
}</div>${testNote('Paymob')}`;
  return page(`Pay ${money}`, content, { narrow: true });
};

/** Where the buyer goes: the app's page, with what happened as parameters, signed like the callback. */
export const responseUrl = (account: PaymobAccount, order: Order, transaction: Transaction): string | undefined => {
  const target = order.asked.redirection_url;
  if (target === undefined) return undefined;
  const url = new URL(target);
  for (const [name, value] of signedFields(transaction)) url.searchParams.set(name, value);
  if (order.asked.special_reference) url.searchParams.set('merchant_order_id', order.asked.special_reference);
  url.searchParams.set('txn_response_code', transaction.data.txn_response_code);
  url.searchParams.set('data.message', transaction.data.message);
  url.searchParams.set('hmac', hmacOf(transaction, account.state.hmacSecret));
  return url.href;
};
