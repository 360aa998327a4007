import { expect, test } from '@jest/globals';
import { subscriptionStream } from '../domain/subscription-state.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { newApi } from '../test/api.ts';
import { meta, owner } from '../test/api-world.ts';
import { anObserved } from '../test/subscriptions.ts';
import { subscribe } from './subscribe.ts';

const plan = { plan_id: 'plus' };
const subscribing = () => {
  const api = newApi();
  const open = () => api.send('POST', '/v1/checkout', { body: plan });
  const expired = () => api.calls.filter(({ method }) => method === 'expireCheckout').flatMap(({ asked }) => asked);
  const stream = subscriptionStream(owner);
  const observe = (seen: number, status: 'active' | 'canceled') =>
    api.parts.handleSubscription(
      stream,
      { type: 'Observe', at: new Date().toISOString(), seen, observed: anObserved({ status }) },
      meta,
    );
  return { ...api, open, expired, observe };
};

test('FS7 who has just paid on their page gets no second one, though nobody told us yet', async () => {
  const { open, script, expired, parts } = subscribing();
  await open();
  script.closed.set('cs_1', { outcome: 'complete', subscription: 'sub_1' });
  const second = await open();
  expect([second.status, second.body.type]).toEqual([409, 'urn:tessera:problem:subscription-exists']);
  expect(expired()).toEqual(['cs_1', 'cs_2']);
  expect((await parts.subscriptions.load(subscriptionStream(owner)))?.state.page?.session).toBe('cs_1');
});

test('FS7 a page whose subscription is over keeps nobody from another one, nor does one that is gone', async () => {
  const { open, script, observe, expired } = subscribing();
  await open();
  script.closed.set('cs_1', { outcome: 'complete', subscription: 'sub_1' });
  await observe(0, 'active');
  expect((await open()).status).toBe(409);
  await observe(1, 'canceled');
  expect((await open()).status).toBe(201);
  script.closed.set('cs_2', { outcome: 'gone' });
  expect((await open()).status).toBe(201);
  expect(expired()).toEqual(['cs_1', 'cs_2']);
});

test.each([
  ['paid on its page', 'cs_2'],
  ['was seen to subscribe', undefined],
])('FS7 of two requests at once the later one has no page, where the user %s in between', async (_, paidOn) => {
  const { parts, app, script, observe, expired } = subscribing();
  const handle = parts.handleSubscription;
  const racing: typeof handle = async (stream, command, ...rest) => {
    if (command.type === 'OpenSubscriptionCheckout') {
      await handle(stream, { ...command, page: { ...command.page, session: 'cs_2' } }, meta);
      if (paidOn === undefined) await observe(0, 'active');
      else script.closed.set(paidOn, { outcome: 'complete', subscription: 'sub_1' });
    }
    return handle(stream, command, ...rest);
  };
  const { stripe } = app.providers;
  if (!stripe) throw new Error('no Stripe');
  const answer = await subscribe({ ...parts, handleSubscription: racing })(stripe, {
    buyer: { owner },
    sale: { kind: 'plan', id: 'plus', name: 'Plus', amountMinor: 1_000, currency: 'USD', interval: 'month' },
    key: undefined,
    at: new Date().toISOString(),
    correlationId: 'c-1',
    successUrl: 'https://app.example/paid',
    cancelUrl: 'https://app.example/left',
    notificationUrl: 'https://api.example/webhooks',
  });
  expect(answer).toBe('subscription-exists');
  expect(expired()).toContain('cs_1');
});

test('FS3 a key that Stripe knows with other fields is the caller’s mistake, and says so', async () => {
  const { send, script } = newApi();
  script.failing.set('openCheckout', new ProviderFailure('key-taken', 'other parameters'));
  const answer = await send('POST', '/v1/checkout', { body: { pack_id: 'small' }, key: 'k' });
  expect([answer.status, answer.body.type]).toEqual([422, 'urn:tessera:problem:idempotency-mismatch']);
});
