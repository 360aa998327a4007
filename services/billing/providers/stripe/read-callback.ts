/** Whether an event is Stripe's: the SDK's own check, by any of the secrets that are good now. */
import Stripe from 'stripe';
import * as z from 'zod';
import type { CallbackFault, CallbackRequest, ReadCallback } from '../../callbacks/facts.ts';
import { factsOf } from './event-facts.ts';
import { ownerNamed } from './metadata.ts';
import { event as eventShape, owned } from './shapes.ts';

const toleranceSeconds = 300;
/** The SDK's way of saying: of any age. */
const anyAge = 0;

const construct = ({ body, headers, receivedAtMs }: CallbackRequest, secret: string, tolerance: number): unknown =>
  Stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret, tolerance, undefined, receivedAtMs);

const isSignatureError = (error: unknown) => error instanceof Stripe.errors.StripeSignatureVerificationError;

const isSignedBy = (request: CallbackRequest, secret: string): boolean => {
  try {
    construct(request, secret, anyAge);
    return true;
  } catch (error) {
    // What comes behind the check of the signature is another fault.
    return !isSignatureError(error);
  }
};

const verify = (
  request: CallbackRequest,
  secrets: readonly string[],
): { event: unknown } | { fault: CallbackFault } => {
  for (const secret of secrets) {
    try {
      return { event: construct(request, secret, toleranceSeconds) };
    } catch (error) {
      if (!isSignatureError(error)) return { fault: 'malformed' };
    }
  }
  return { fault: secrets.some((secret) => isSignedBy(request, secret)) ? 'stale' : 'forged' };
};

const whose = (object: unknown) => {
  const { metadata, customer } = owned.parse(object);
  const owner = ownerNamed(metadata);
  return { ...(owner ? { owner } : {}), ...(customer ? { customer } : {}) };
};

export const readCallbackOf =
  (app: string, secrets: readonly string[]) =>
  (request: CallbackRequest): ReadCallback => {
    const verified = verify(request, secrets);
    if ('fault' in verified) return verified;
    try {
      const { id, type, data } = eventShape.parse(verified.event);
      const facts = factsOf(type, data.object, { app, eventId: id });
      return { callback: { provider: 'stripe', id, type, facts, ...whose(data.object) } };
    } catch (error) {
      if (error instanceof z.ZodError) return { fault: 'malformed' };
      throw error;
    }
  };
