import { afterEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { eventTypes } from '#services/billing/providers/stripe/event-facts.ts';
import type { Finding } from '../check.ts';
import { expectMendable } from '../testing/deployments.ts';
import { closeServers, serve } from '../testing/servers.ts';
import { apiCheck, issuerCheck, stripeCheck } from './outside.ts';

afterEach(closeServers);

describe('issuers', () => {
  const keysOf = async () => {
    const { publicKey } = await generateKeyPair('ES256');
    return JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: '1' }] });
  };
  const checkOf = (base: string, algorithm: 'ES256' | 'RS256' = 'ES256') =>
    issuerCheck('sparky', { algorithm, issuer: base, audience: 'authenticated', jwks_url: `${base}/jwks.json` });

  test('with a key of the algorithm', async () => {
    const body = await keysOf();
    expect(await checkOf(await serve(() => ({ body }))).look()).toEqual({ status: 'ok', detail: '1 key for ES256' });
  });

  test('with keys of another algorithm', async () => {
    const body = await keysOf();
    expectMendable(await checkOf(await serve(() => ({ body })), 'RS256').look(), 'failed', /no key for RS256/);
  });

  test.each([
    ['answers 404', { status: 404, body: 'not found' }, /answers 404/],
    ['answers a page', { body: '<html>' }, /SyntaxError/],
    ['answers something else', { body: '{"ok":true}' }, /no key set/],
    ['answers too much', { body: JSON.stringify({ keys: [], more: 'x'.repeat(70_000) }) }, /more than a key set/],
    ['is moved', { status: 302, body: '' }, /answers 302|redirect|fetch failed/],
  ])('that %s', async (_, answer, detail) => {
    expectMendable(await checkOf(await serve(() => answer)).look(), 'failed', detail);
  });

  test('that is not there', async () => {
    const base = await serve(() => ({ body: '' }));
    await closeServers();
    expectMendable(await checkOf(base).look(), 'failed', /fetch failed/);
  });
});

describe('Stripe', () => {
  const url = 'https://api.example.com/webhooks/stripe/flirt-studio';
  const lookAt = async (
    endpoints: readonly object[],
    api: string | undefined = 'https://api.example.com',
  ): Promise<Finding> => {
    const asked: string[] = [];
    const base_url = await serve(({ path, headers }) => {
      asked.push(`${headers.authorization} ${path}`);
      return {
        body: JSON.stringify({ object: 'list', data: endpoints, has_more: false, url: '/v1/webhook_endpoints' }),
      };
    });
    const setup = { secret_key: 'sk_test_1', webhook_secrets: ['whsec_1'], base_url };
    const finding = await stripeCheck({ app: 'flirt-studio', setup: async () => setup, api: async () => api }).look();
    if (finding.status !== 'skipped') expect(asked).toEqual(['Bearer sk_test_1 /v1/webhook_endpoints?limit=100']);
    return finding;
  };
  const endpoint = (more: object = {}) => ({
    id: 'we_1',
    object: 'webhook_endpoint',
    url,
    status: 'enabled',
    enabled_events: [...eventTypes],
    ...more,
  });

  test.each([['each event'], ['all']])('is told to call, of %s', async (which) => {
    const events = which === 'all' ? { enabled_events: ['*'] } : {};
    expect(await lookAt([endpoint({ url: 'https://other.example' }), endpoint(events)])).toMatchObject({
      status: 'ok',
    });
  });

  test('is not told', async () => {
    const finding = await lookAt([endpoint({ url: `${url}/old` })]);
    expectMendable(finding, 'failed', /none calls/);
    expect(JSON.stringify(finding)).toContain('enabled_events[]=invoice.paid');
    expect(JSON.stringify(finding)).not.toContain('sk_test_1');
  });

  test('has switched it off', async () => {
    expectMendable(await lookAt([endpoint({ status: 'disabled' })]), 'failed', /is disabled/);
  });

  test('tells less than is needed', async () => {
    expectMendable(await lookAt([endpoint({ enabled_events: ['invoice.paid'] })]), 'failed', /charge\.refunded/);
  });

  test('is not asked where its answer would mean nothing', async () => {
    expect(await lookAt([], 'http://127.0.0.1:4000')).toMatchObject({ status: 'skipped' });
    const none = stripeCheck({
      app: 'flirt-studio',
      setup: async () => undefined,
      api: async () => 'https://api.example.com',
    });
    expect(await none.look()).toEqual({ status: 'skipped', why: 'there are no keys of Stripe' });
  });
});

describe('the API', () => {
  const lookAt = async (status: number): Promise<Finding> => {
    const base = await serve(({ path }) => ({ status: path === '/v1/apps/sparky/catalog' ? status : 418, body: '{}' }));
    return apiCheck({ app: 'sparky', api: async () => base }).look();
  };
  test('answers', async () => {
    expect(await lookAt(200)).toMatchObject({ status: 'ok' });
    expectMendable(await lookAt(404), 'warning', /answers 404/);
    expectMendable(await lookAt(503), 'failed', /answers 503/);
  });
  test('is not there, or not known', async () => {
    const api = async () => 'http://127.0.0.1:1';
    expectMendable(await apiCheck({ app: 'sparky', api }).look(), 'failed', /fetch failed/);
    expect(await apiCheck({ app: 'sparky', api: async () => undefined }).look()).toMatchObject({ status: 'skipped' });
  });
});
