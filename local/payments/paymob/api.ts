/** Paymob's HTTP interface, as far as payments need it: intentions, refunds, voids. */
import * as z from 'zod';
import {
  newIntention,
  type Order,
  openOrder,
  type PaymobAccount,
  PaymobRefusal,
  refundTransaction,
  voidTransaction,
} from './account.ts';

export interface PaymobAnswer {
  readonly status: number;
  readonly body: object;
}

const transactionId = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);
const refundBody = z.looseObject({ transaction_id: transactionId, amount_cents: z.coerce.number().int() });
const voidBody = z.looseObject({ transaction_id: transactionId });

/** By field, as Paymob lists faults. @throws PaymobRefusal */
const parse = <Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new PaymobRefusal(400, { detail: 'JSON parse error' });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new PaymobRefusal(
    400,
    Object.fromEntries(parsed.error.issues.map(({ path, message }) => [path.join('.') || 'detail', [message]])),
  );
};

const intentionBody = (order: Order, { state }: PaymobAccount): object => ({
  payment_keys: [
    {
      integration: state.integration,
      key: order.clientSecret,
      gateway_type: 'VPC',
      iframe_id: null,
      order_id: order.id,
    },
  ],
  intention_order_id: order.id,
  id: order.intention,
  intention_detail: {
    amount: order.asked.amount,
    items: order.asked.items ?? [],
    currency: order.asked.currency,
    billing_data: order.asked.billing_data,
  },
  client_secret: order.clientSecret,
  payment_methods: [
    {
      integration_id: state.integration,
      alias: null,
      name: null,
      method_type: 'online',
      currency: order.asked.currency,
      live: false,
      use_cvc_with_moto: false,
    },
  ],
  special_reference: order.asked.special_reference ?? null,
  extras: { creation_extras: {}, confirmation_extras: null },
  confirmed: false,
  status: 'intended',
  created: order.createdAt,
  card_detail: null,
  card_tokens: [],
  object: 'paymentintention',
});

export const answerPaymob = (account: PaymobAccount, path: string, body: string): PaymobAnswer => {
  try {
    switch (path) {
      case '/v1/intention/':
        return { status: 201, body: intentionBody(openOrder(account, parse(newIntention, body)), account) };
      case '/api/acceptance/void_refund/refund': {
        const { transaction_id: id, amount_cents: amount } = parse(refundBody, body);
        return { status: 201, body: refundTransaction(account, id, amount) };
      }
      case '/api/acceptance/void_refund/void':
        return { status: 201, body: voidTransaction(account, parse(voidBody, body).transaction_id) };
      default:
        return { status: 404, body: { detail: 'Not found.' } };
    }
  } catch (error) {
    if (error instanceof PaymobRefusal) return { status: error.status, body: error.body };
    throw error;
  }
};
