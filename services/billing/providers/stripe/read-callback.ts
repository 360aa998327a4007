/** Whether an event is Stripe's: the SDK's own check, by any of the secrets that are good now. */
import Stripe from 'stripe';
import * as z from 'zod';
import type { Callback, CallbackFault, CallbackRequest, ReadCallback } from '../../callbacks/facts.ts';
import { factsOf } from './event-facts.ts';
import { isOfAnother, ownerNamed } from './metadata.ts';
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
  const { metadatas, customer } = owned.parse(object);
  const owner = metadatas.map(ownerNamed).find((named) => named !== undefined);
  return { ...(owner ? { owner } : {}), ...(customer ? { customer } : {}) };
};

/** What another app made tells nothing here, and of nobody, whatever its shape. */
const callbackOf = (app: string, { id, type, data: { object } }: z.infer<typeof eventShape>): Callback => {
  if (isOfAnother(app, object)) return { provider: 'stripe', id, type, facts: [] };
  return { provider: 'stripe', id, type, facts: factsOf(type, object, { app, eventId: id }), ...whose(object) };
};

export const readCallbackOf =
  (app: string, secrets: readonly string[]) =>
  (request: CallbackRequest): ReadCallback => {
    const verified = verify(request, secrets);
    if ('fault' in verified) return verified;
    const event = eventShape.safeParse(verified.event);
    if (!event.success) return { fault: 'malformed' };
    try {
      return { callback: callbackOf(app, event.data) };
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      return { fault: 'malformed', ...whose(event.data.data.object) };
    }
  };
