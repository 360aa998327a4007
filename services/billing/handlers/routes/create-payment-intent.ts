/** POST /v1/payment-intents (FS4) */
import type { Catalog } from '#services/catalog/contracts.ts';
import { type Input, refuse } from '#shared/http/route.ts';
import { type BuyDeps, buyByIntent } from '../../buying/buy-once.ts';
import { packTerms, providersOfApp } from '../../buying/sale-of.ts';
import type { ProvidersOf } from '../../providers/provider.ts';
import type { routes } from '../../routes.ts';
import type { RequestKeys } from '../../storage/request-keys.ts';
import { keyTaken, paymentOver } from './refusals.ts';
import { servedApp } from './served-app.ts';

export interface PaymentIntentDeps extends BuyDeps {
  readonly catalog: Catalog;
  readonly providersOf: ProvidersOf;
  readonly requestKeys: RequestKeys;
}

export const createPaymentIntent =
  (deps: PaymentIntentDeps) =>
  async ({ user, body, idempotencyKey: key, at, correlationId }: Input<typeof routes.createPaymentIntent>) => {
    const definition = await servedApp(deps.catalog, user.app);
    const terms = packTerms(definition, body.pack_id);
    if (terms === 'pack-unknown')
      return refuse(terms, {
        detail: `The app sells no pack "${body.pack_id}".`,
        errors: [{ pointer: '/body/pack_id', detail: 'is none of the packs in the catalog' }],
      });
    const { stripe } = await deps.providersOf(user.app);
    if (!stripe || !providersOfApp(definition).includes('stripe'))
      return refuse('provider-unsupported', { detail: 'The app is not paid by Stripe.' });
    const savesMethod = body.save_payment_method === true;
    const asked = ['intent', body.pack_id, String(savesMethod)];
    if (key !== undefined && !(await deps.requestKeys.claim(user, key, asked))) return keyTaken();
    const bought = await buyByIntent(deps)(stripe, {
      buyer: { owner: { app: user.app, user: user.user }, email: user.email },
      terms,
      key,
      savesMethod,
      at,
      correlationId,
    });
    if (typeof bought === 'string') return refuse(bought);
    if ('over' in bought) return paymentOver(bought.over, at);
    const { paymentId, state, clientSecret } = bought;
    return {
      status: 201 as const,
      body: {
        payment_id: paymentId,
        client_secret: clientSecret,
        publishable_key: stripe.publishableKey ?? null,
        amount_minor: state.amountMinor,
        currency: state.currency,
      },
    };
  };
