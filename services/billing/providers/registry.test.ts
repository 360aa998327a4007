import { expect, test } from '@jest/globals';
import { SourceUnavailable } from '#shared/last-good.ts';
import { providersOf } from './registry.ts';

const paymob = { secret_key: 'sk-1', public_key: 'pk-1', hmac_secrets: ['h-1'], integration_ids: [1] };
const stripe = { secret_key: 'sk_test_1', webhook_secrets: ['whsec_1'] };

const world = (secrets: Record<string, string>) => {
  const asked: string[] = [];
  const failures: string[] = [];
  let at = 0;
  let isDown = false;
  const providers = providersOf({
    readSecret: async (name) => {
      asked.push(name);
      if (isDown) throw new Error('access denied');
      return secrets[name];
    },
    onFailure: (app, error) => failures.push(`${app}: ${error}`),
    now: () => at,
  });
  return {
    providers,
    secrets,
    asked,
    failures,
    pass: (ms: number) => {
      at += ms;
    },
    goDown: () => {
      isDown = true;
    },
  };
};

test('X1 an app’s users pay by the providers of its own secret', async () => {
  const { providers, asked, failures } = world({
    'tessera/billing/sparky': JSON.stringify({ paymob }),
    'tessera/billing/flirt-studio': JSON.stringify({ paymob, stripe }),
  });
  expect(Object.keys(await providers('sparky'))).toEqual(['paymob']);
  expect(Object.keys(await providers('flirt-studio')).toSorted()).toEqual(['paymob', 'stripe']);
  expect(await providers('nano-banana')).toEqual({});
  expect(asked).toEqual(['sparky', 'flirt-studio', 'nano-banana'].map((app) => `tessera/billing/${app}`));
  expect(failures).toEqual([]);
});

test('a secret is read once a minute, one that was not there too, so that a new key counts soon', async () => {
  const { providers, secrets, asked, pass } = world({});
  expect(await providers('sparky')).toEqual({});
  secrets['tessera/billing/sparky'] = JSON.stringify({ paymob });
  pass(60_000);
  expect(await providers('sparky')).toEqual({});
  expect(asked).toHaveLength(1);
  pass(1);
  expect(await providers('sparky')).toHaveProperty('paymob');
  expect(asked).toHaveLength(2);
});

test('a thousand apps are kept; the one that was asked for first is forgotten first', async () => {
  const { providers, asked } = world({});
  for (let app = 0; app <= 1_000; app += 1) await providers(`app-${app}`);
  await providers('app-1');
  expect(asked).toHaveLength(1_001);
  await providers('app-0');
  expect(asked).toHaveLength(1_002);
});

test('a secret that cannot be read leaves what is known for an hour, and then nothing', async () => {
  const { providers, failures, pass, goDown } = world({ 'tessera/billing/sparky': JSON.stringify({ paymob }) });
  await providers('sparky');
  goDown();
  pass(60 * 60_000);
  expect(await providers('sparky')).toHaveProperty('paymob');
  pass(30_000);
  await expect(providers('sparky')).rejects.toThrow(SourceUnavailable);
  expect(failures).toEqual(['sparky: Error: access denied', 'sparky: Error: access denied']);
});

test.each([
  [{ paymob: { ...paymob, secret_key: 'hush'.repeat(200) } }, 'paymob.secret_key: '],
  [{ paymob: { ...paymob, hmac_secrets: 'hush' } }, 'paymob.hmac_secrets: '],
  [{ paymob: { ...paymob, base_url: 'http://hush.example' } }, 'paymob.base_url: '],
  [{ stripe: { secret_key: 'hush' } }, 'stripe.webhook_secrets: '],
  [{ paypal: 'hush' }, 'Unrecognized key: "paypal"'],
  ['hush', 'Invalid input'],
])('PP8 a secret that is not understood is told by its fields, never by its values: %j', async (secret, told) => {
  const { providers, failures } = world({ 'tessera/billing/sparky': JSON.stringify(secret) });
  await expect(providers('sparky')).rejects.toThrow(SourceUnavailable);
  expect(failures.join()).toContain(told);
  expect(failures.join()).not.toContain('hush');
});

test('PP8 a secret that is no JSON is not quoted', async () => {
  const { providers, failures } = world({ 'tessera/billing/sparky': 'sk-hush' });
  await expect(providers('sparky')).rejects.toThrow(SourceUnavailable);
  expect(failures).toEqual(['sparky: Error: the secret is no JSON']);
});
