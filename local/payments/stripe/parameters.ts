/** The parameters that the stand-in takes, as forms bring them: everything is text. A parameter it does not know is refused. */
import * as z from 'zod';
import type { Form } from '../form.ts';
import { badRequest } from './stripe-error.ts';

export const text = z.string().max(5_000);
export const whole = z
  .string()
  .regex(/^-?\d{1,15}$/, 'Invalid integer')
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
/** An empty text unsets. */
const cleared = z.literal('');
export const metadata = z.record(z.string().max(40), z.string().max(500));
const amount = whole.refine((value) => value >= 0, 'Invalid non-negative integer');
const currency = z
  .string()
  .regex(/^[a-zA-Z]{3}$/)
  .transform((code) => code.toLowerCase());
const anyForm = z.record(z.string(), z.unknown());

/** Parameters of a call, beside which `expand` is always allowed. */
export const params = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ ...shape, expand: z.array(text).max(20).optional() });

export const none = params({});

const page = {
  limit: whole.refine((value) => value >= 1 && value <= 100, 'limit must be between 1 and 100').optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};
const created = z
  .strictObject({ gt: whole.optional(), gte: whole.optional(), lt: whole.optional(), lte: whole.optional() })
  .optional();
export type Created = z.output<typeof created>;
export const listed = params(page);
export const listedIntents = params({ ...page, customer: text.optional(), created });
export const listedInvoices = params({
  ...page,
  customer: text.optional(),
  subscription: text.optional(),
  status: text.optional(),
  created,
});
export const listedInvoicePayments = params({
  ...page,
  invoice: text.optional(),
  status: text.optional(),
  payment: z.strictObject({ type: z.literal('payment_intent'), payment_intent: text.optional() }).optional(),
});
export const listedMethods = params({ ...page, type: text.optional(), allow_redisplay: text.optional() });

export const customer = params({
  email: text.optional(),
  name: text.optional(),
  phone: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  invoice_settings: z.strictObject({ default_payment_method: text.optional() }).optional(),
});
export const product = params({
  id: text.optional(),
  name: text,
  description: text.optional(),
  metadata: metadata.optional(),
  type: z.literal('service').optional(),
});

const recurring = z.strictObject({
  interval: z.enum(['month', 'year']),
  interval_count: z.literal('1').optional(),
});
const price = { currency, product: text, unit_amount: amount };
const oncePrice = z.strictObject({ ...price, recurring: recurring.optional() });
const recurringPrice = z.strictObject({ ...price, recurring });
export const newPriceParams = params({ ...price, recurring, metadata: metadata.optional() });

export const checkout = params({
  mode: z.enum(['payment', 'subscription']),
  line_items: z.array(z.strictObject({ price_data: oncePrice, quantity: whole.optional() })).length(1),
  customer: text.optional(),
  customer_email: text.optional(),
  client_reference_id: z.string().max(200).optional(),
  metadata: metadata.optional(),
  payment_intent_data: z
    .strictObject({
      metadata: metadata.optional(),
      description: text.optional(),
      setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
    })
    .optional(),
  subscription_data: z
    .strictObject({
      metadata: metadata.optional(),
      description: text.optional(),
      trial_period_days: whole.optional(),
    })
    .optional(),
  success_url: text,
  cancel_url: text.optional(),
  expires_at: whole.optional(),
  locale: text.optional(),
  ui_mode: z.literal('hosted_page').optional(),
});

export const intent = params({
  amount,
  currency,
  customer: text.optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  automatic_payment_methods: z.strictObject({ enabled: flag, allow_redirects: text.optional() }).optional(),
  payment_method_types: z.array(text).optional(),
  payment_method: text.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  confirm: flag.optional(),
  off_session: flag.optional(),
  error_on_requires_action: flag.optional(),
  receipt_email: text.optional(),
  return_url: text.optional(),
});
export const confirmation = params({
  payment_method: text.optional(),
  off_session: flag.optional(),
  return_url: text.optional(),
  client_secret: text.optional(),
});

export const refund = params({
  payment_intent: text.optional(),
  charge: text.optional(),
  amount: amount.refine((value) => value > 0, 'Invalid positive integer').optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.optional(),
});

const changedItem = z.strictObject({
  id: text.optional(),
  price: text.optional(),
  price_data: recurringPrice.optional(),
  quantity: z.literal('1').optional(),
});
const prorationBehavior = z.enum(['always_invoice', 'create_prorations', 'none']).optional();
export const subscriptionUpdate = params({
  items: z.array(changedItem).length(1).optional(),
  proration_behavior: prorationBehavior,
  proration_date: whole.optional(),
  payment_behavior: z.enum(['allow_incomplete', 'error_if_incomplete', 'pending_if_incomplete']).optional(),
  cancel_at_period_end: flag.optional(),
  cancel_at: cleared.optional(),
  metadata: metadata.optional(),
});
export type SubscriptionUpdate = z.output<typeof subscriptionUpdate>;
export const cancellation = params({
  invoice_now: flag.optional(),
  prorate: flag.optional(),
  cancellation_details: anyForm.optional(),
});
export const preview = params({
  subscription: text,
  customer: text.optional(),
  subscription_details: z
    .strictObject({
      items: z.array(changedItem).length(1).optional(),
      proration_behavior: prorationBehavior,
      proration_date: whole.optional(),
      cancel_at_period_end: flag.optional(),
    })
    .optional(),
});

export const portal = params({ customer: text, return_url: text.optional(), flow_data: anyForm.optional() });

/** `a[b][0]`, as Stripe writes it. */
const nameOf = ([head, ...rest]: readonly PropertyKey[]): string =>
  [String(head), ...rest.map((part) => `[${String(part)}]`)].join('');

/** @throws StripeRefusal naming the first parameter that is wrong */
export const parse = <Schema extends z.ZodType>(schema: Schema, form: Form): z.output<Schema> => {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const param = nameOf([...issue.path, ...issue.keys.slice(0, 1)]);
    throw badRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  const param = nameOf(issue?.path ?? []);
  if (issue?.code === 'invalid_type' && issue.input === undefined)
    throw badRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  throw badRequest(`Invalid ${param}: ${issue?.message ?? ''}`, { param });
};
