/** Stripe's HTTP interface, as far as its official library is used for payments and subscriptions. */
import { createHash } from 'node:crypto';
import { type Form, FormFault, parseForm } from '../form.ts';
import { newId, type StripeAccount } from './account.ts';
import { buyingRoutes } from './buying-routes.ts';
import { badRequest, StripeRefusal, unknownRoute } from './stripe-error.ts';
import { subscriptionRoutes } from './subscription-routes.ts';

export interface StripeCall {
  readonly method: string;
  readonly path: string;
  /** The query of a GET, the body of the others. */
  readonly form: string;
  readonly idempotencyKey: string | undefined;
}

export interface StripeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

interface Remembered {
  readonly call: string;
  readonly answer: StripeAnswer;
}

const routes = [...buyingRoutes, ...subscriptionRoutes];
/** Stripe forgets them after a day at the earliest. */
const rememberedLimit = 5_000;
const keyLimit = 255;

const formOf = ({ form }: StripeCall): Form => {
  try {
    return parseForm(form);
  } catch (error) {
    if (error instanceof FormFault) throw badRequest(error.message);
    throw error;
  }
};

const refusalAnswer = ({ status, error }: StripeRefusal, headers: Readonly<Record<string, string>>): StripeAnswer => ({
  status,
  headers,
  body: { error: { ...error, request_log_url: null } },
});

const run = (account: StripeAccount, call: StripeCall): StripeAnswer => {
  const headers = {
    'request-id': newId('req'),
    ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
  };
  try {
    for (const { method, pattern, run: answer } of routes) {
      const match = method === call.method ? pattern.exec(call.path) : null;
      if (match) return { status: 200, headers, body: answer(account, formOf(call), match[1] ?? '') };
    }
    throw unknownRoute(call.method, call.path);
  } catch (error) {
    if (error instanceof StripeRefusal) return refusalAnswer(error, headers);
    throw error;
  }
};

/**
 * Answers calls of one account. The same key with the same call has the same answer, refusals included, as at Stripe for all that
 * got as far as being worked on; with another call it is refused.
 */
export const createStripeApi = (account: StripeAccount): ((call: StripeCall) => StripeAnswer) => {
  const remembered = new Map<string, Remembered>();
  return (call) => {
    const key = call.method === 'GET' ? undefined : call.idempotencyKey;
    if (key === undefined) return run(account, call);
    if (key.length === 0 || key.length > keyLimit)
      return refusalAnswer(badRequest(`Idempotency keys have 1 to ${keyLimit} characters.`), {});
    const fingerprint = createHash('sha256').update(`${call.method} ${call.path}\n${call.form}`).digest('hex');
    const known = remembered.get(key);
    if (known && known.call !== fingerprint)
      return refusalAnswer(
        new StripeRefusal(400, {
          type: 'idempotency_error',
          message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}'.`,
        }),
        {},
      );
    if (known) return { ...known.answer, headers: { ...known.answer.headers, 'idempotent-replayed': 'true' } };
    const answer = run(account, call);
    remembered.set(key, { call: fingerprint, answer });
    const [oldest] = remembered.keys();
    if (remembered.size > rememberedLimit && oldest !== undefined) remembered.delete(oldest);
    return answer;
  };
};
