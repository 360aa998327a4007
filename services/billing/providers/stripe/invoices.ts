/** Invoices of subscriptions, which say what was paid for and for how long. */

import type { PaidInvoice, PaidLine } from '../../callbacks/facts.ts';
import { fromStripeAmount } from '../../domain/money.ts';
import { ProviderFailure, type StripeApi } from '../provider.ts';
import type { Account } from './account.ts';
import { createdBetween } from './created.ts';
import { ask, askList, understand } from './failure.ts';
import { isAnothers, isOfAnother } from './metadata.ts';
import { planOfProduct } from './products.ts';
import { type Invoice, type InvoiceLine, invoiceLine, invoice as invoiceShape } from './shapes.ts';

const maxListed = 10_000;
const maxLines = 500;
const pageSize = 100;

const reasons: Readonly<Record<string, PaidInvoice['reason']>> = {
  subscription_create: 'create',
  subscription_cycle: 'cycle',
  subscription_update: 'update',
};

const paidLine = (app: string, { amount, currency, product, proration, from, until }: InvoiceLine): PaidLine => ({
  plan: planOfProduct(app, product),
  amountMinor: fromStripeAmount(amount, currency),
  proration,
  from,
  until,
});

/** Of a subscription that may be this app's. */
export interface SubscriptionInvoice extends Invoice {
  readonly subscription: string;
  readonly customer: string;
}
export const isOfSubscription = (app: string, invoice: Invoice): invoice is SubscriptionInvoice =>
  invoice.subscription !== undefined &&
  typeof invoice.customer === 'string' &&
  !invoice.metadatas.some((metadata) => isAnothers(app, metadata));

/** `lines`: where the invoice itself does not hold all of them. */
export const paidInvoice = (app: string, invoice: SubscriptionInvoice, lines = invoice.lines): PaidInvoice => ({
  id: invoice.id,
  subscription: invoice.subscription,
  customer: invoice.customer,
  amountMinor: fromStripeAmount(invoice.amount_paid, invoice.currency),
  currency: invoice.currency,
  reason: reasons[invoice.billing_reason ?? ''] ?? 'other',
  lines: lines.map((line) => paidLine(app, line)),
  ...(invoice.hosted_invoice_url ? { receiptUrl: invoice.hosted_invoice_url } : {}),
});

type Methods = 'readInvoice' | 'invoiceOfPayment' | 'listPaidInvoices';

export const invoicesOf = ({ app, client }: Account): Pick<StripeApi, Methods> => {
  const allLines = async ({ id, lines, hasMoreLines }: Invoice): Promise<InvoiceLine[]> => {
    if (!hasMoreLines) return lines;
    const doing = 'reading the lines of an invoice';
    const all: InvoiceLine[] = [];
    const answers = askList(doing, maxLines, () => client.invoices.listLineItems(id, { limit: pageSize }));
    for await (const answer of answers) all.push(understand(invoiceLine, answer, doing));
    return all;
  };
  /** Another business in the account may bill what no shape of ours has. */
  const paidOf = async (answer: unknown, doing: string): Promise<PaidInvoice | 'app-other' | undefined> => {
    if (isOfAnother(app, answer)) return 'app-other';
    const invoice = understand(invoiceShape, answer, doing);
    if (invoice.metadatas.some((metadata) => isAnothers(app, metadata))) return 'app-other';
    if (invoice.status !== 'paid' || !isOfSubscription(app, invoice)) return undefined;
    return paidInvoice(app, invoice, await allLines(invoice));
  };
  const find = async (id: string) => {
    const doing = 'reading an invoice';
    return paidOf(await ask(doing, () => client.invoices.retrieve(id)), doing);
  };
  return {
    async readInvoice(id) {
      const paid = await find(id);
      if (!paid || paid === 'app-other')
        throw new ProviderFailure('unknown-there', 'Stripe: the invoice is not a paid one of a subscription here');
      return paid;
    },

    async invoiceOfPayment(reference) {
      const payment = { type: 'payment_intent', payment_intent: reference } as const;
      const { data } = await ask('finding the invoice of a payment', () =>
        client.invoicePayments.list({ payment, status: 'paid', limit: 1 }),
      );
      const [first] = data;
      if (!first) return undefined;
      return find(typeof first.invoice === 'string' ? first.invoice : first.invoice.id);
    },

    async *listPaidInvoices(since, until) {
      const doing = 'listing invoices';
      const created = createdBetween(since, until);
      const params = { status: 'paid', created, limit: pageSize };
      for await (const answer of askList(doing, maxListed, () => client.invoices.list(params))) {
        const paid = await paidOf(answer, doing);
        if (paid && paid !== 'app-other') yield paid;
      }
    },
  };
};
