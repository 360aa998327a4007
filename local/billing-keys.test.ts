import { describe, expect, test } from '@jest/globals';
import { billingSecrets, realProviders } from './billing-keys.ts';

const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
const paymob = {
  PAYMOB_SECRET_KEY: 'egy_sk_test_1',
  PAYMOB_PUBLIC_KEY: 'egy_pk_test_1',
  PAYMOB_HMAC_SECRET: 'h',
  PAYMOB_INTEGRATION_IDS: '12,34',
};
const standIn = (app: string) =>
  JSON.stringify({ stripe: { secret_key: `sk_test_${app}`, webhook_secrets: ['w'], base_url: 'http://127.0.0.1:1' } });

describe('keys of payment providers from the shell', () => {
  test('take the place of the stand-in, for every app', () => {
    expect(realProviders({ ...stripe, ...paymob })).toEqual({
      stripe: { secret_key: 'sk_test_1', webhook_secrets: ['whsec_1'] },
      paymob: {
        secret_key: 'egy_sk_test_1',
        public_key: 'egy_pk_test_1',
        hmac_secrets: ['h'],
        integration_ids: [12, 34],
      },
    });
    expect(realProviders({ ...paymob, PAYMOB_OWNER: '7' }).paymob?.owner).toBe(7);
    const secrets = billingSecrets(realProviders(paymob), ['sparky', 'baby-music'], standIn);
    expect(Object.keys(secrets)).toEqual(['tessera/billing/sparky', 'tessera/billing/baby-music']);
    expect(JSON.parse(secrets['tessera/billing/sparky'] ?? '')).toMatchObject({
      stripe: { secret_key: 'sk_test_sparky' },
      paymob: { secret_key: 'egy_sk_test_1' },
    });
    expect(realProviders({})).toEqual({});
  });

  test('one alone where more are needed: the missing ones are named', () => {
    expect(() => realProviders({ STRIPE_SECRET_KEY: 'sk_test_1' })).toThrow(
      'stripe needs STRIPE_WEBHOOK_SECRET as well',
    );
    expect(() => realProviders({ ...paymob, PAYMOB_INTEGRATION_IDS: '' })).toThrow('PAYMOB_INTEGRATION_IDS');
  });

  test('wrong ones and live ones are refused without showing them', () => {
    expect(() => realProviders({ ...paymob, PAYMOB_INTEGRATION_IDS: 'card' })).toThrow('integration_ids');
    expect(() => realProviders({ ...stripe, STRIPE_SECRET_KEY: 'sk_live_9' })).toThrow(
      /^the secret key of stripe is a live one: use a test one$/,
    );
  });
});
