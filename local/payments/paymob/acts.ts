/** What people do at Paymob, as a test or a page says it. */
import {
  type Order,
  type PaymobAccount,
  type PaymobEnding,
  payOrder,
  refundTransaction,
  settle,
  type Transaction,
  transactionsOf,
  voidTransaction,
} from './account.ts';

export interface PaymobActs {
  readonly secretKey: string;
  readonly publicKey: string;
  readonly hmacSecret: string;
  readonly integrationIds: readonly number[];
  /** The newest first. */
  orders(): Order[];
  transactions(order: number): Transaction[];
  /** As the buyer does on the page. `pending-then-pay`: the money is told of as pending first. @throws PaymobRefusal */
  pay(order: number, how: PaymobEnding | 'pending-then-pay'): Transaction;
  /** What was pending comes, or does not. */
  settle(transaction: number, arrives: boolean): Transaction;
  /** Without an amount: all that is left. */
  refund(transaction: number, amountCents?: number): Transaction;
  void(transaction: number): Transaction;
}

export interface PaymobActsOptions {
  readonly save: () => void;
  readonly afterwards: (run: () => void) => void;
}

export const paymobActs = (account: PaymobAccount, { save, afterwards }: PaymobActsOptions): PaymobActs => {
  const saving = <Result>(act: () => Result): Result => {
    try {
      return act();
    } finally {
      save();
    }
  };
  const { secretKey, publicKey, hmacSecret, integration } = account.state;
  return {
    secretKey,
    publicKey,
    hmacSecret,
    integrationIds: [integration],
    orders: () => Object.values(account.state.orders).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)),
    transactions: (order) => transactionsOf(account, order),
    pay: (order, how) =>
      saving(() => {
        if (how !== 'pending-then-pay') return payOrder(account, order, how);
        const transaction = payOrder(account, order, 'pending');
        afterwards(() => saving(() => settle(account, transaction.id, true)));
        return transaction;
      }),
    settle: (id, arrives) => saving(() => settle(account, id, arrives)),
    refund: (id, amountCents) =>
      saving(() => {
        const { amount_cents = 0, refunded_amount_cents = 0 } = account.state.transactions[id] ?? {};
        return refundTransaction(account, id, amountCents ?? amount_cents - refunded_amount_cents);
      }),
    void: (id) => saving(() => voidTransaction(account, id)),
  };
};
