import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';
import type { Finding } from '../check.ts';
import { appOf, deploymentOf, expectMendable } from '../testing/deployments.ts';
import { closeServers } from '../testing/servers.ts';
import { appSecrets, commonSecrets, sharedSecret } from './secrets.ts';

afterEach(closeServers);

describe('secrets', () => {
  const value = `whsec_${randomBytes(32).toString('base64')}`;
  const stripe = { secret_key: 'sk_test_hidden', webhook_secrets: ['whsec_hidden'] };
  const look = async (name: string, secrets: Readonly<Record<string, string>>): Promise<Finding> => {
    const { secrets: client } = await deploymentOf({ secrets });
    const checks = [
      ...commonSecrets(client),
      ...appSecrets(client, appOf('flirt-studio')),
      sharedSecret(client, 'jwt'),
    ];
    const check = checks.find((one) => one.name === `secret ${name}`);
    if (!check) throw new Error(`nothing looks at ${name}`);
    return check.look();
  };

  test.each([
    ['tessera/admin-keys', JSON.stringify({ sparky: [mintAdminKey('sparky').hash] })],
    ['tessera/admin-keys', '{}'],
    ['tessera/auth-hooks', JSON.stringify({ sparky: [`v1,${value}`] })],
    ['tessera/billing/flirt-studio', JSON.stringify({ stripe })],
    ['tessera/providers/flirt-studio', JSON.stringify({ openai: { api_key: 'sk-hidden' } })],
    ['jwt', 'a shared secret of at least thirty-two bytes'],
  ])('%s as it should be', async (name, text) => {
    expect(await look(name, { [name]: text })).toMatchObject({ status: 'ok' });
  });

  const hidden = 'hunter2-hidden';
  const ills: [string, string | undefined, 'warning' | 'failed', RegExp][] = [
    ['tessera/admin-keys', undefined, 'failed', /no such secret/],
    ['tessera/admin-keys', JSON.stringify({ sparky: [hidden] }), 'failed', /sparky\.0/],
    ['tessera/admin-keys', hidden, 'failed', /no JSON/],
    ['tessera/auth-hooks', JSON.stringify({ sparky: [hidden] }), 'failed', /sparky\.0/],
    ['tessera/billing/flirt-studio', undefined, 'warning', /nothing is sold/],
    ['tessera/billing/flirt-studio', '{}', 'warning', /stripe/],
    ['tessera/billing/flirt-studio', JSON.stringify({ stripe: { secret_key: hidden } }), 'failed', /webhook_secrets/],
    ['tessera/providers/flirt-studio', undefined, 'warning', /sandbox/],
    ['tessera/providers/flirt-studio', JSON.stringify({ openai: { key: hidden } }), 'failed', /openai: api_key/],
    [
      'tessera/providers/flirt-studio',
      JSON.stringify({ acme: { api_key: hidden } }),
      'failed',
      /acme: there is no such/,
    ],
    ['jwt', undefined, 'failed', /no token/],
    ['jwt', hidden, 'failed', /fewer than 32/],
  ];
  test.each(ills)('%s: %s', async (name, text, status, detail) => {
    const finding = await look(name, text === undefined ? {} : { [name]: text });
    expectMendable(finding, status, detail);
    expect(JSON.stringify(finding)).not.toContain(hidden);
  });
});
