import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { endpointOf } from '../test/samples.ts';
import { deriveSecret, endpointSecrets } from './endpoint-secrets.ts';
import { signedHeaders } from './signed-headers.ts';

const master = 'm'.repeat(64);

test('X9 headers are those of the Standard Webhooks vector', () => {
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  };
  expect(signedHeaders(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('X9 with two secrets there are two signatures, and either verifies', () => {
  const secrets = [1, 2].map((version) => deriveSecret(master, endpointOf(), version));
  const headers = signedHeaders({ id: 'msg_1', at: new Date(), body: '{"a":1}' }, secrets);
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  for (const secret of secrets) expect(new Webhook(secret).verify('{"a":1}', headers)).toEqual({ a: 1 });
  const other = deriveSecret(master, endpointOf(), 1);
  expect(() => new Webhook(other).verify('{"a":1}', headers)).toThrow('No matching signature');
});

test('I8 a secret is of one app, endpoint and version, and tells nothing of the others', () => {
  const signer = endpointOf();
  const others = [signer, { ...signer, app: 'nano-banana' }, endpointOf()];
  const secrets = others.flatMap((one) => [1, 2].map((version) => deriveSecret(master, one, version)));
  expect(new Set(secrets).size).toBe(6);
  for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(deriveSecret(master, signer, 1)).toBe(secrets[0]);
});

test('secrets are made from the master secret, which is read once; one that is too short makes none', async () => {
  let reads = 0;
  const readMaster = async () => {
    reads += 1;
    return master;
  };
  const secretsOf = endpointSecrets({ readMaster });
  const signer = endpointOf();
  expect(await secretsOf(signer, [2, 1])).toEqual([2, 1].map((version) => deriveSecret(master, signer, version)));
  await secretsOf(signer, [3]);
  expect(reads).toBe(1);
  const faults: unknown[] = [];
  const short = endpointSecrets({ readMaster: async () => 'short', onFailure: (error) => faults.push(error) });
  await expect(short(signer, [1])).rejects.toThrow('cannot be read');
  expect(String(faults)).toContain('too short');
});
