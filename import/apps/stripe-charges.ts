/** Stripe's charges, one JSON object a line, as `GET /v1/charges` lists them: what was paid in apps that kept no table of it. */
import * as z from 'zod';
import * as cells from '../cells.ts';

const reference = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]).nullish();

export const stripeCharge = z
  .object({
    id: cells.id,
    customer: reference,
    payment_intent: reference,
    invoice: reference,
    amount: z.int().min(0),
    amount_refunded: z.int().min(0).default(0),
    currency: z
      .string()
      .length(3)
      .transform((code) => code.toUpperCase()),
    status: z.enum(['succeeded', 'failed', 'pending']),
    description: z.string().nullish(),
    failure_message: z.string().nullish(),
    receipt_url: z.string().max(4_000).nullish(),
    created: cells.time,
  })
  .transform((charge, context) => {
    if (charge.status === 'pending') context.addIssue('is not over: it is pending');
    if (!charge.customer) context.addIssue('names no customer');
    const name = (charge.description ?? '').slice(0, 60);
    return {
      customer: charge.customer ?? undefined,
      oldId: charge.id,
      provider: 'stripe' as const,
      purpose: charge.invoice ? ('plan' as const) : ('pack' as const),
      name: name === '' ? 'Payment' : name,
      amountMinor: charge.amount,
      currency: charge.currency,
      status: charge.status === 'succeeded' ? ('captured' as const) : ('failed' as const),
      reference: charge.payment_intent ?? charge.id,
      invoice: charge.invoice ?? undefined,
      receiptUrl: charge.receipt_url ?? undefined,
      failure: charge.failure_message?.slice(0, 300) ?? undefined,
      refundedMinor: charge.amount_refunded,
      at: charge.created,
    };
  });
