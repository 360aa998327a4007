/**
 * An automatic top-up (X11): the user's saved card is charged for a pack, once by the top-up's id. However it ends, the payment
 * says so, for credits waits for it; where the bank wants the user to confirm, the payment waits for them on a page.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type * as z from 'zod';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import type { topUpRequested } from '#services/credits/contracts.ts';
import type { EventMeta } from '#shared/eventsourcing/recorded-event.ts';
import { derivedId } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import { isAfter } from '../buying/is-after.ts';
import { openPaymentPage } from '../buying/open-page.ts';
import { packTerms, providersOfApp, saleOf, type Terms } from '../buying/sale-of.ts';
import type { PaymentCommand } from '../domain/payment-commands.ts';
import { type KnownPayment, type Order, type Payment, paymentStream, unknownPayment } from '../domain/payment-state.ts';
import type { HandlePayment, PaymentStore } from '../handle-payment.ts';
import { type ChargeOutcome, ProviderFailure, type ProvidersOf, type StripeApi } from '../providers/provider.ts';
import type { Customers } from '../storage/customers.ts';
import type { References } from '../storage/references.ts';

export interface TopUpDeps {
  readonly payments: Pick<PaymentStore, 'load'>;
  readonly handlePayment: HandlePayment;
  readonly catalog: Catalog;
  readonly providersOf: ProvidersOf;
  readonly customers: Pick<Customers, 'find'>;
  readonly references: Pick<References, 'keep'>;
  /** The API's own address. */
  readonly publicUrl: string;
  readonly logger: Pick<Logger, 'error'>;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

type TopUpRequested = z.infer<typeof topUpRequested>;

interface TopUp {
  readonly owner: Owner;
  readonly paymentId: string;
  readonly stream: string;
  readonly at: string;
  readonly meta: EventMeta;
}

const topUpOf = ({ app, user, id, correlationId, data }: TopUpRequested, at: string): TopUp => {
  const owner = { app, user };
  const paymentId = derivedId('pay', app, user, 'top-up', data.topUpId);
  const meta = { actor: 'system:billing-top-up', correlationId, causationId: id };
  return { owner, paymentId, stream: paymentStream(owner, paymentId), at, meta };
};

/** @throws Error when the payment refuses: the message comes again and meets what is there by then. */
const tell = async (
  { handlePayment }: Pick<TopUpDeps, 'handlePayment'>,
  { stream, meta }: TopUp,
  command: PaymentCommand,
): Promise<Payment> => {
  const handled = await handlePayment(stream, command, meta);
  if (!handled.accepted) throw new Error(`the payment of a top-up refused: ${handled.rejection}`);
  return handled.state;
};

const decline = async (deps: TopUpDeps, topUp: TopUp, reason: string, reference?: string): Promise<void> => {
  const attempt = reference === undefined ? {} : { reference };
  await tell(deps, topUp, { type: 'RecordFailure', at: topUp.at, reason: reason.slice(0, 300), ...attempt });
};

/** A pack that is sold no more has no price: its payment is there to be declined. */
const packOfBefore = (packId: string): Terms => ({
  purpose: 'pack',
  item: packId,
  name: packId,
  amountMinor: 0,
  currency: 'USD',
  credits: 0,
});

const request = (
  deps: TopUpDeps,
  topUp: TopUp,
  { topUpId, packId }: TopUpRequested['data'],
  definition: AppDefinition,
) => {
  const sold = packTerms(definition, packId);
  const terms = sold === 'pack-unknown' ? packOfBefore(packId) : sold;
  const order: Order = { provider: 'stripe', via: 'top-up', topUpId, ...terms };
  return tell(deps, topUp, { type: 'RequestPayment', at: topUp.at, order });
};

/** Where the user comes back to from the page: an app without pages of its own has an origin at least. */
const addressesOf = ({ urls, origins }: AppDefinition) => {
  const [home] = origins;
  const successUrl = urls?.checkout_success ?? home;
  const cancelUrl = urls?.checkout_cancel ?? home;
  return successUrl === undefined || cancelUrl === undefined ? undefined : { successUrl, cancelUrl };
};

interface Charge {
  readonly stripe: StripeApi;
  readonly definition: AppDefinition;
  readonly customer: string;
  readonly state: KnownPayment;
}

const askUser = async (
  deps: TopUpDeps,
  topUp: TopUp,
  { stripe, definition, customer, state }: Charge,
): Promise<void> => {
  const { owner, paymentId, at } = topUp;
  const addresses = addressesOf(definition);
  if (!addresses) return decline(deps, topUp, 'authentication-required');
  const { session, url, expiresAt } = await openPaymentPage(deps)(
    stripe,
    {
      buyer: { owner },
      sale: saleOf(state),
      paymentId,
      customer,
      savesMethod: true,
      idempotencyKey: `${paymentId}:confirm`,
      notificationUrl: `${deps.publicUrl}/webhooks/stripe/${owner.app}`,
      ...addresses,
    },
    { provider: 'stripe', at },
  );
  await tell(deps, topUp, { type: 'RecordActionRequired', at, page: { session, url, expiresAt } });
};

const conclude = async (deps: TopUpDeps, topUp: TopUp, charge: Charge, ended: ChargeOutcome): Promise<void> => {
  const { owner, paymentId, at } = topUp;
  const { reference } = ended;
  if (reference !== undefined) await deps.references.keep('stripe', reference, { owner, paymentId });
  switch (ended.outcome) {
    case 'captured': {
      const { amountMinor, currency } = ended;
      await tell(deps, topUp, { type: 'RecordCapture', at, reference: ended.reference, amountMinor, currency });
      return;
    }
    case 'pending':
      await tell(deps, topUp, { type: 'RecordPending', at, reference: ended.reference });
      return;
    case 'declined':
      return decline(deps, topUp, ended.reason, reference);
    case 'action-required':
      return askUser(deps, topUp, charge);
  }
};

/** Stripe forgets a key after a day: behind that the same key would charge a second time. */
const keyLastsMs = 20 * 3_600_000;
/** Clocks differ: Stripe's may say that it was asked before we asked. */
const skewMs = 5 * 60_000;

/**
 * The answer to an earlier attempt may have been lost: by its key Stripe gives the same one again, and charges once. Where the key is
 * forgotten, or was used for another card, Stripe is asked first what came of it.
 *
 * @throws ProviderFailure
 */
const chargeOnce = async (
  stripe: StripeApi,
  { owner, paymentId, at }: TopUp,
  customer: string,
  state: KnownPayment,
): Promise<ChargeOutcome | undefined> => {
  const askedAt = Date.parse(state.requestedAt);
  const find = () => stripe.findCharge(customer, { paymentId, since: new Date(askedAt - skewMs).toISOString() });
  const isKeyForgotten = Date.parse(at) - askedAt > keyLastsMs;
  const before = isKeyForgotten ? await find() : undefined;
  if (before) return before;
  const key = isKeyForgotten ? `again:${at.slice(0, 10)}` : 'charge';
  const asked = { buyer: { owner }, sale: saleOf(state), paymentId, customer, idempotencyKey: `${paymentId}:${key}` };
  try {
    return await stripe.chargeSavedMethod(asked);
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.kind !== 'key-taken') throw error;
    const made = await find();
    if (!made) throw error;
    return made;
  }
};

const charge = async (deps: TopUpDeps, topUp: TopUp, definition: AppDefinition, state: KnownPayment): Promise<void> => {
  const { owner } = topUp;
  const { stripe } = providersOfApp(definition).includes('stripe') ? await deps.providersOf(owner.app) : {};
  if (!stripe) return decline(deps, topUp, 'provider-unsupported');
  const customer = await deps.customers.find(owner);
  if (customer === undefined) return decline(deps, topUp, 'no-saved-method');
  try {
    const ended = await chargeOnce(stripe, topUp, customer, state);
    if (!ended) return await decline(deps, topUp, 'no-saved-method');
    await conclude(deps, topUp, { stripe, definition, customer, state }, ended);
  } catch (error) {
    // What was not answered is asked again; a refusal would be repeated. A key that is taken says nothing of the card.
    if (!(error instanceof ProviderFailure) || error.kind === 'unavailable' || error.kind === 'key-taken') throw error;
    deps.logger.error('payment provider refused', { kind: error.kind, failure: error.message });
    await decline(deps, topUp, 'provider-refused');
  }
};

const begin = async (deps: TopUpDeps, topUp: TopUp, data: TopUpRequested['data'], known: Payment): Promise<void> => {
  const definition = await deps.catalog.app(topUp.owner.app);
  if (!definition) return deps.logger.error('top-up of an app that is served no more', { app: topUp.owner.app });
  const state = known.status === 'unknown' ? await request(deps, topUp, data, definition) : known;
  if (state.status === 'unknown') throw new Error('a payment that was requested is known');
  return state.amountMinor > 0 ? charge(deps, topUp, definition, state) : decline(deps, topUp, 'pack-unknown');
};

/**
 * Told again, it does what is left to do. One that failed stays so: credits asks under another id after its pause.
 *
 * @throws ProviderFailure while Stripe does not answer, SourceUnavailable while the catalog or keys cannot be read: it comes again.
 */
export const chargeTopUp =
  (deps: TopUpDeps) =>
  async (event: TopUpRequested): Promise<void> => {
    const topUp = topUpOf(event, deps.now());
    const known = (await deps.payments.load(topUp.stream))?.state ?? unknownPayment;
    switch (known.status) {
      case 'unknown':
      case 'requested':
        return begin(deps, topUp, event.data, known);
      case 'action-required': {
        const { expiresAt } = known.page ?? {};
        const isOpen = expiresAt === undefined || isAfter(expiresAt, topUp.at);
        return isOpen ? undefined : decline(deps, topUp, 'expired');
      }
      case 'pending':
      case 'failed':
      case 'expired':
      case 'captured':
      case 'mismatched':
        return undefined;
    }
  };
