/** What an app has at Paymob: orders, and the transactions of each. */
import { paymobMoney } from '../money.ts';
import { isPaid, type Order, type PaymobAccount, type Transaction, transactionsOf } from '../paymob/account.ts';
import { type Html, html } from './html.ts';
import { badge, button, time } from './layout.ts';
import { rowOf, shownLimit } from './rows.ts';

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

/** What is not known is sent as `NA`. */
const buyerOf = ({ asked: { billing_data: buyer } }: Order): string | undefined =>
  [buyer.email, buyer.phone_number].find((known) => known !== 'NA');

export const paymobOrders = (account: PaymobAccount, pageOf: (order: Order) => string): Html[] =>
  Object.values(account.state.orders)
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, shownLimit)
    .flatMap((order) => [
      rowOf({
        what: order.asked.items?.[0]?.name ?? 'Order',
        details: [buyerOf(order), time(new Date(order.createdAt)), `order ${order.id}`],
        sum: paymobMoney(order.asked.amount, order.asked.currency),
        state: badge(isPaid(account, order.id) ? 'closed' : 'open'),
        acts: isPaid(account, order.id) ? [] : [html`<a class="button" href="${pageOf(order)}">Open</a>`],
      }),
      ...transactionsOf(account, order.id).map((transaction) =>
        rowOf({
          what: `↳ transaction ${transaction.id}`,
          details: [transaction.data.message],
          sum: paymobMoney(transaction.amount_cents, transaction.currency),
          state: transactionState(transaction),
          acts: transactionActs(transaction),
        }),
      ),
    ]);
