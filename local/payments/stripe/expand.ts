/** Ids in an answer become the objects they name, where the caller asks for it. */
import { apiList, find, listOf, type StripeAccount } from './account.ts';
import { badRequest } from './stripe-error.ts';

type Json = Record<string, unknown>;

const depthLimit = 4;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** What is in an answer only when it is asked for. */
const included = (account: StripeAccount, owner: Json, name: string): unknown => {
  if (owner.object === 'invoice' && name === 'payments') {
    const payments = listOf(account, 'invoice_payment').filter(({ invoice }) => invoice === owner.id);
    return apiList(`/v1/invoice_payments?invoice=${String(owner.id)}`, structuredClone(payments));
  }
  if (owner.object === 'charge' && name === 'refunds') {
    const refunds = listOf(account, 'refund').filter(({ charge }) => charge === owner.id);
    return apiList(`/v1/charges/${String(owner.id)}/refunds`, structuredClone(refunds));
  }
  if (owner.object === 'customer' && name === 'subscriptions') {
    const found = listOf(account, 'subscription').filter(({ customer }) => customer === owner.id);
    return apiList(`/v1/customers/${String(owner.id)}/subscriptions`, structuredClone(found));
  }
  return undefined;
};

const expandable = (account: StripeAccount, value: string): unknown => {
  const object = account.state.objects[value];
  return object && find(account, object.object, value) ? structuredClone(object) : undefined;
};

const expandPath = (account: StripeAccount, value: unknown, path: readonly string[], whole: string): void => {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (Array.isArray(value)) {
    for (const item of value) expandPath(account, item, path, whole);
    return;
  }
  if (!isObject(value)) return;
  const current = value[name] ?? included(account, value, name);
  if (current === undefined && !(name in value))
    throw badRequest(`This property cannot be expanded (${whole}).`, { param: 'expand' });
  value[name] = (typeof current === 'string' ? expandable(account, current) : undefined) ?? current;
  expandPath(account, value[name], rest, whole);
};

/** Changes the answer, which is to be a copy. @throws StripeRefusal */
export const expand = (account: StripeAccount, answer: object, paths: readonly string[] = []): void => {
  for (const path of paths) {
    const parts = path.split('.');
    if (parts.length > depthLimit)
      throw badRequest(`You cannot expand more than ${depthLimit} levels of a property. Property: ${path}`);
    expandPath(account, answer, parts, path);
  }
};
