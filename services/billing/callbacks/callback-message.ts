/** What the ingress hands to the worker: the facts of an authentic callback, so that a repetition needs no secret and no body. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { appId, userId } from '#shared/owner.ts';
import { amountMinor, currency, paymentProvider } from '../contracts.ts';
import { reference } from '../domain/payment-events.ts';
import type { Fact } from './facts.ts';

const time = z.iso.datetime();
const reason = z.string().max(2_000);
const paymentRef = z.discriminatedUnion('by', [
  z.looseObject({
    by: z.literal('metadata'),
    owner: z.looseObject({ app: appId, user: userId }),
    paymentId: z.string().min(1).max(64),
  }),
  z.looseObject({ by: z.literal('reference'), reference }),
]);
const paidLine = z.looseObject({
  // JSON has no undefined: a line of no plan comes without the key.
  plan: z
    .string()
    .optional()
    .transform((plan) => plan),
  amountMinor: z.int(),
  proration: z.boolean(),
  from: time,
  until: time,
});
const paidInvoice = z.looseObject({
  id: reference,
  subscription: reference,
  customer: reference,
  amountMinor,
  currency,
  reason: z.enum(['create', 'cycle', 'update', 'other']),
  lines: z.array(paidLine).max(250),
  receiptUrl: z.string().max(4_000).exactOptional(),
});
const payment = { payment: paymentRef };
const touched = { subscription: reference, customer: reference };

/** Loose: a field that a newer ingress sends is no reason to refuse the fact. */
const fact: z.ZodType<Fact> = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('captured'),
    ...payment,
    reference,
    amountMinor,
    currency,
    alias: reference.exactOptional(),
  }),
  z.looseObject({ kind: z.literal('pending'), ...payment, reference, alias: reference.exactOptional() }),
  z.looseObject({ kind: z.literal('failed'), ...payment, reference, reason }),
  z.looseObject({ kind: z.literal('expired'), ...payment, session: reference }),
  z.looseObject({
    kind: z.literal('refunded'),
    ...payment,
    refunded: z.union([z.looseObject({ totalMinor: amountMinor }), z.looseObject({ refund: reference, amountMinor })]),
    reference: reference.exactOptional(),
    voids: z.literal(true).exactOptional(),
  }),
  z.looseObject({
    kind: z.enum(['dispute-opened', 'dispute-won', 'dispute-lost']),
    ...payment,
    dispute: reference,
    amountMinor,
    reason,
    reference: reference.exactOptional(),
  }),
  z.looseObject({ kind: z.literal('subscription-touched'), ...touched }),
  z.looseObject({ kind: z.literal('invoice-paid'), invoice: paidInvoice }),
  z.looseObject({ kind: z.literal('invoice-named'), invoice: reference, customer: reference }),
  z.looseObject({
    kind: z.literal('invoice-failed'),
    invoice: reference,
    ...touched,
    amountMinor,
    currency,
    nextAttemptAt: time.exactOptional(),
    url: z.string().max(4_000).exactOptional(),
  }),
  z.looseObject({ kind: z.literal('trial-ending'), ...touched, endsAt: time }),
]);

export const callbackMessage = z.strictObject({
  app: appId,
  /** Of the record. */
  id: z.string().min(1).max(300),
  provider: paymentProvider,
  facts: z.array(fact).min(1).max(20).readonly(),
  receivedAt: time,
  correlationId: z.string().max(128),
});
export type CallbackMessage = Readonly<z.infer<typeof callbackMessage>>;

export type SendCallback = (message: CallbackMessage) => Promise<void>;

export const sendCallback =
  (client: SQSClient, queueUrl: string): SendCallback =>
  async (message) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        // One app's burst does not hold up the callbacks of the others.
        MessageGroupId: message.app,
      }),
    );
  };
