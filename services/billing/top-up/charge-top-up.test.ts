import { expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { paymentStream } from '../domain/payment-state.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { meta, newParts, owner } from '../test/api-world.ts';
import { chargeTopUp } from './charge-top-up.ts';

const paymentId = derivedId('pay', owner.app, owner.user, 'top-up', 'topup-1');
const stream = paymentStream(owner, paymentId);
const start = Date.parse('2026-11-21T12:00:00.000Z');

const newTopUps = async ({ hasCustomer = true }: { hasCustomer?: boolean } = {}) => {
  const world = newParts();
  const { parts, calls, script } = world;
  const clock = { ms: Math.max(start, Date.now()) };
  if (hasCustomer) await parts.customers.keep(owner, 'cus_1');
  script.charge = { outcome: 'captured', reference: 'pi_1', amountMinor: 999, currency: 'USD' };
  const errors: unknown[] = [];
  const charge = chargeTopUp({
    ...parts,
    logger: { error: (...said: unknown[]) => void errors.push(said[0]) },
    now: () => new Date(clock.ms).toISOString(),
  });
  const topUp = (packId = 'small', app = owner.app) =>
    charge({
      id: 'event-1',
      type: 'TopUpRequested',
      schemaVersion: 1,
      app,
      user: owner.user,
      version: 7,
      at: new Date(clock.ms).toISOString(),
      correlationId: 'c-9',
      causationId: 'c-9',
      data: { topUpId: 'topup-1', packId, available: 3 },
    });
  const recorded = () => parts.payments.read(stream, { limit: 100 });
  const events = async () => (await recorded()).map(({ event }) => event);
  const charges = () => calls.filter(({ method }) => method === 'chargeSavedMethod').map(({ asked }) => asked[0]);
  return { ...world, clock, topUp, recorded, events, charges, errors };
};

test('X11 I5 a top-up charges the saved card for the pack, once, and says so', async () => {
  const { topUp, recorded, events, charges, kept } = await newTopUps();
  for (const _again of [1, 2, 3]) await topUp();
  expect(await events()).toMatchObject([
    { type: 'PaymentRequested', via: 'top-up', topUpId: 'topup-1', amountMinor: 999, credits: 120, item: 'small' },
    { type: 'PaymentCaptured', reference: 'pi_1' },
  ]);
  expect(charges()).toEqual([
    {
      buyer: { owner },
      sale: { kind: 'pack', id: 'small', name: 'Small', amountMinor: 999, currency: 'USD' },
      paymentId,
      customer: 'cus_1',
      idempotencyKey: `${paymentId}:charge`,
    },
  ]);
  expect(kept.get('stripe:pi_1')).toEqual({ app: owner.app, paymentId });
  expect((await recorded())[0]?.meta).toEqual({
    actor: 'system:billing-top-up',
    correlationId: 'c-9',
    causationId: 'event-1',
  });
});

test('X11 one that is on its way is left to it', async () => {
  const { topUp, script, events, charges } = await newTopUps();
  script.charge = { outcome: 'pending', reference: 'pi_1' };
  for (const _again of [1, 2]) await topUp();
  expect((await events()).map(({ type }) => type)).toEqual(['PaymentRequested', 'PaymentPending']);
  expect(charges()).toHaveLength(1);
});

test('X11 a declined card fails the payment with the bank’s reason, for good under this id', async () => {
  const { topUp, script, events, charges } = await newTopUps();
  script.charge = { outcome: 'declined', reason: 'insufficient_funds', reference: 'pi_1' };
  await topUp();
  script.charge = { outcome: 'captured', reference: 'pi_2', amountMinor: 999, currency: 'USD' };
  await topUp();
  expect((await events()).slice(1)).toEqual([
    { type: 'PaymentFailed', reason: 'insufficient_funds', reference: 'pi_1' },
  ]);
  expect(charges()).toHaveLength(1);
});

type World = Awaited<ReturnType<typeof newTopUps>>;
const withoutMethod = ({ script }: World) => {
  script.charge = undefined;
};
const withoutStripe = ({ app }: World) => {
  app.providers = {};
};
const withPaymobAlone = ({ app }: World) => {
  app.definition = { ...app.definition, payment_providers: ['paymob'] };
};
const asItIs = () => undefined;

test.each([
  ['a customer', 'no-saved-method', asItIs, { hasCustomer: false }],
  ['a saved card', 'no-saved-method', withoutMethod, {}],
  ['Stripe’s keys', 'provider-unsupported', withoutStripe, {}],
  ['Stripe among the app’s providers', 'provider-unsupported', withPaymobAlone, {}],
  ['the pack', 'pack-unknown', asItIs, { packId: 'gone' }],
] as const)('X11 without %s nothing is charged, and credits is told: %s', async (_, reason, change, options) => {
  const { hasCustomer = true, packId = 'small' }: { hasCustomer?: boolean; packId?: string } = options;
  const world = await newTopUps({ hasCustomer });
  change(world);
  await world.topUp(packId);
  expect((await world.events()).slice(1)).toEqual([{ type: 'PaymentFailed', reason }]);
});

test('X11 a bank that wants the user to confirm has the payment wait for them on a page; behind its time it failed', async () => {
  const { topUp, script, events, calls, kept, clock } = await newTopUps();
  script.charge = { outcome: 'action-required', reference: 'pi_9' };
  for (const _again of [1, 2]) await topUp();
  const page = calls.find(({ method }) => method === 'openCheckout')?.asked[0];
  expect(page).toMatchObject({
    paymentId,
    customer: 'cus_1',
    idempotencyKey: `${paymentId}:confirm`,
    successUrl: 'https://app.example/paid',
    notificationUrl: 'https://api.example/webhooks/stripe/flirt-studio',
  });
  expect((await events()).slice(1)).toEqual([
    {
      type: 'PaymentActionRequired',
      session: 'cs_1',
      url: 'https://pay.example/cs_1',
      expiresAt: expect.any(String),
    },
  ]);
  expect([...kept.keys()]).toEqual(['stripe:pi_9', 'stripe:cs_1', 'stripe:pi_1']);
  clock.ms += 2 * 3_600_000;
  await topUp();
  expect((await events()).at(-1)).toEqual({ type: 'PaymentFailed', reason: 'expired' });
});

test('X11 an app that has nowhere to send the user has the top-up fail', async () => {
  const { topUp, script, events, app } = await newTopUps();
  const { urls: _, ...bare } = app.definition;
  app.definition = { ...bare, origins: [] };
  script.charge = { outcome: 'action-required', reference: 'pi_9' };
  await topUp();
  expect((await events()).at(-1)).toEqual({ type: 'PaymentFailed', reason: 'authentication-required' });
});

test.each(['chargeSavedMethod', 'openCheckout'])(
  'X11 while Stripe is down at %s it comes again and goes on',
  async (method) => {
    const { topUp, script, events } = await newTopUps();
    if (method === 'openCheckout') script.charge = { outcome: 'action-required', reference: 'pi_9' };
    script.failing.set(method, new ProviderFailure('unavailable', 'down'));
    for (const _again of [1, 2]) await expect(topUp()).rejects.toThrow('down');
    expect((await events()).map(({ type }) => type)).toEqual(['PaymentRequested']);
    script.failing.clear();
    await topUp();
    expect(await events()).toHaveLength(2);
  },
);

const hourMs = 3_600_000;
const keysOf = (charges: readonly unknown[]) =>
  charges.map((asked) => (asked as { idempotencyKey: string }).idempotencyKey.replace(paymentId, ''));

/** The card was charged, or not; the answer was lost, and the message comes again when Stripe has forgotten the key. */
const lostFor = async (hours: number) => {
  const world = await newTopUps();
  const { topUp, script, clock } = world;
  script.failing.set('chargeSavedMethod', new ProviderFailure('unavailable', 'no answer'));
  await expect(topUp()).rejects.toThrow('no answer');
  script.failing.clear();
  clock.ms += hours * hourMs;
  return world;
};

test('X11 I5 a top-up asked again behind the life of its key is looked for first, and not charged twice', async () => {
  const { topUp, script, events, charges, calls } = await lostFor(72);
  script.found = { outcome: 'captured', reference: 'pi_0', amountMinor: 999, currency: 'USD' };
  await topUp();
  expect((await events()).at(-1)).toMatchObject({ type: 'PaymentCaptured', reference: 'pi_0' });
  expect(charges()).toHaveLength(1);
  const [customer, looked] = calls.find(({ method }) => method === 'findCharge')?.asked ?? [];
  expect([customer, looked]).toEqual(['cus_1', { paymentId, since: expect.any(String) }]);
});

test('X11 one that was never made is charged then, by a key of that day; within the key’s life by the same one', async () => {
  const late = await lostFor(72);
  await late.topUp();
  expect(keysOf(late.charges())).toEqual([':charge', `:again:${new Date(late.clock.ms).toISOString().slice(0, 10)}`]);
  expect((await late.events()).at(-1)).toMatchObject({ type: 'PaymentCaptured', reference: 'pi_1' });
  const soon = await lostFor(19);
  await soon.topUp();
  expect(keysOf(soon.charges())).toEqual([':charge', ':charge']);
});

test('X11 a key that was used for another card is no decline: what came of it counts, and is waited for', async () => {
  const { topUp, script, events } = await newTopUps();
  script.failing.set('chargeSavedMethod', new ProviderFailure('key-taken', 'other parameters'));
  await expect(topUp()).rejects.toThrow('other parameters');
  expect((await events()).map(({ type }) => type)).toEqual(['PaymentRequested']);
  script.found = { outcome: 'declined', reason: 'lost_card', reference: 'ch_0' };
  await topUp();
  expect((await events()).at(-1)).toEqual({ type: 'PaymentFailed', reason: 'lost_card', reference: 'ch_0' });
});

test('X11 what Stripe refuses is a decline, and is logged', async () => {
  const { topUp, script, events, errors } = await newTopUps();
  script.failing.set('chargeSavedMethod', new ProviderFailure('refused', 'amount too small'));
  await topUp();
  expect((await events()).at(-1)).toEqual({ type: 'PaymentFailed', reason: 'provider-refused' });
  expect(errors).toEqual(['payment provider refused']);
});

test('X11 the price is the one that was asked for first, though the catalog changed before the charge', async () => {
  const { topUp, script, app, charges } = await newTopUps();
  script.failing.set('chargeSavedMethod', new ProviderFailure('unavailable', 'down'));
  await expect(topUp()).rejects.toThrow('down');
  script.failing.clear();
  app.definition = { ...app.definition, packs: [] };
  await topUp();
  expect(charges().at(-1)).toMatchObject({ sale: { amountMinor: 999 } });
});

test('X11 money that is not what was asked for is not taken for it', async () => {
  const { topUp, script, events } = await newTopUps();
  script.charge = { outcome: 'captured', reference: 'pi_1', amountMinor: 1, currency: 'USD' };
  await topUp();
  expect((await events()).at(-1)).toMatchObject({ type: 'PaymentMismatched', why: 'amount' });
});

test('X11 while the catalog cannot be read nothing happens; for an app that is served no more nothing ever does', async () => {
  const { topUp, parts, errors } = await newTopUps();
  await topUp('small', 'app-of-before');
  expect(errors).toEqual(['top-up of an app that is served no more']);
  const charge = chargeTopUp({
    ...parts,
    catalog: { app: () => Promise.reject(new SourceUnavailable('down')) },
    logger: { error: () => undefined },
    now: () => new Date().toISOString(),
  });
  const event = {
    id: 'e',
    type: 'TopUpRequested',
    schemaVersion: 1,
    ...owner,
    version: 1,
    at: new Date().toISOString(),
  } as const;
  const data = { topUpId: 'topup-2', packId: 'small', available: 0 };
  await expect(charge({ ...event, ...meta, causationId: 'c', data })).rejects.toThrow(SourceUnavailable);
});
