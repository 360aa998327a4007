/** What the SDK throws, in the words that all providers share. */
import Stripe from 'stripe';
import type * as z from 'zod';
import { type FailureKind, ProviderFailure } from '../provider.ts';

const maxMessageLength = 300;
const maxRetryAfterSeconds = 3_600;

/** Stripe quotes what it was sent: keys, addresses of people and of pages are no matter for logs. */
const scrub = (message: string): string =>
  message
    .replaceAll(/\b(?:sk|rk|pk|whsec)_[\w*]+/g, '[key]')
    .replaceAll(/https?:\/\/\S+/g, '[url]')
    .replaceAll(/[^\s'"<>]+@[^\s'"<>]+/g, '[address]')
    .slice(0, maxMessageLength);

const kindOf = (error: Stripe.errors.StripeError): FailureKind => {
  if (error instanceof Stripe.errors.StripeIdempotencyError) return 'key-taken';
  const { statusCode, code } = error;
  // No status: nobody answered in time, or what came was no JSON.
  if (statusCode === undefined || statusCode >= 500) return 'unavailable';
  // 409: the same idempotency key is being worked on, or the object is locked.
  if (statusCode === 429 || statusCode === 409) return 'unavailable';
  return statusCode === 404 || code === 'resource_missing' ? 'unknown-there' : 'refused';
};

const retryAfter = ({ headers }: Stripe.errors.StripeError) => {
  const seconds = Number.parseInt(headers?.['retry-after'] ?? '', 10);
  return seconds > 0 ? { retryAfterSeconds: Math.min(seconds, maxRetryAfterSeconds) } : {};
};

const asFailure = (error: unknown, doing: string): ProviderFailure => {
  if (error instanceof ProviderFailure) return error;
  if (!(error instanceof Stripe.errors.StripeError))
    return new ProviderFailure('unavailable', `Stripe, ${doing}: the answer cannot be read`);
  const { code, rawType, type, param, requestId, message } = error;
  const facts = [code ?? rawType ?? type, param, requestId].filter((fact) => fact !== undefined).join(', ');
  return new ProviderFailure(kindOf(error), `Stripe, ${doing}: ${scrub(message)} (${facts})`, {
    ...retryAfter(error),
    ...(param === undefined ? {} : { param }),
  });
};

/** The SDK takes JSON without an `error` for what was asked for, though its status be 500. @throws ProviderFailure */
export const answered = <Answer>(answer: Answer): Answer => {
  const { lastResponse } = (answer ?? {}) as { readonly lastResponse?: { readonly statusCode?: number } };
  const status = lastResponse?.statusCode ?? 200;
  if (status >= 400) throw new ProviderFailure('unavailable', `Stripe: it answered ${status} without a reason`);
  return answer;
};

/** One call of the SDK. @throws ProviderFailure */
export const ask = async <Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> => {
  try {
    return answered(await call());
  } catch (error) {
    throw asFailure(error, doing);
  }
};

/** A list, page by page as it is read. @throws ProviderFailure also when there is more than `atMost` */
export async function* askList<Item>(doing: string, atMost: number, list: () => AsyncIterable<Item>) {
  let count = 0;
  try {
    for await (const item of list()) {
      count += 1;
      if (count > atMost) throw new ProviderFailure('refused', `Stripe, ${doing}: there are more than ${atMost}`);
      yield item;
    }
  } catch (error) {
    throw asFailure(error, doing);
  }
}

/** What is needed of an answer. @throws ProviderFailure when it is not there */
export const understand = <Schema extends z.ZodType>(schema: Schema, answer: unknown, doing: string) => {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new ProviderFailure('refused', `Stripe, ${doing}: the answer is not understood: ${fields.slice(0, 200)}`);
};

export const isCode = (error: unknown, code: string): error is Stripe.errors.StripeError =>
  error instanceof Stripe.errors.StripeError && error.code === code;
