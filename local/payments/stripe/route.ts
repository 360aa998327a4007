/** One route of the stand-in for Stripe's interface, and what its lists share. */
import type Stripe from 'stripe';
import type * as z from 'zod';
import type { Form } from '../form.ts';
import { apiList, type StripeAccount, type StripeObject } from './account.ts';
import { expand } from './expand.ts';
import { type Created, parse } from './parameters.ts';
import { missing } from './stripe-error.ts';

export interface StripeRoute {
  readonly method: string;
  readonly pattern: RegExp;
  /** Answers a copy. @throws StripeRefusal */
  readonly run: (account: StripeAccount, form: Form, id: string) => object;
}

/** @param path may have one `:id` */
export const route = <Schema extends z.ZodType<{ readonly expand?: readonly string[] | undefined }>>(
  method: 'DELETE' | 'GET' | 'POST',
  path: string,
  schema: Schema,
  handle: (account: StripeAccount, params: z.output<Schema>, id: string) => object,
): StripeRoute => ({
  method,
  pattern: new RegExp(`^${path.replace(':id', '([\\w.-]+)')}$`),
  run(account, form, id) {
    const params = parse(schema, form);
    const answer = structuredClone(handle(account, params, id));
    expand(account, answer, params.expand);
    return answer;
  },
});

const defaultLimit = 10;

interface Page {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
}

/** @param all the newest first */
export const pageOf = <Item extends StripeObject>(
  url: string,
  all: readonly Item[],
  { limit = defaultLimit, starting_after: after }: Page,
): Stripe.ApiList<Item> => {
  const index = after === undefined ? -1 : all.findIndex(({ id }) => id === after);
  if (after !== undefined && index === -1) throw missing('object', after, 'starting_after');
  const rest = all.slice(index + 1);
  return apiList(url, rest.slice(0, limit), rest.length > limit);
};

export const isCreated = (at: number, { gt, gte, lt, lte }: NonNullable<Created> = {}): boolean =>
  (gt === undefined || at > gt) &&
  (gte === undefined || at >= gte) &&
  (lt === undefined || at < lt) &&
  (lte === undefined || at <= lte);
