import { describe, expect, test } from '@jest/globals';
import { everyProvider } from '#services/generation/providers/every-provider.ts';
import { providersOf } from '#services/generation/providers/registry.ts';
import { credentialsIn, keyVariables, providerSecrets } from './provider-keys.ts';

const workerSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const all = {
  ...Object.fromEntries(
    keyVariables.map((name) => [name, name.endsWith('_URL') ? 'https://provider.example' : `test-${name}`]),
  ),
  HTTP_WORKER_SECRET: workerSecret,
};

describe('SP16 keys from the shell', () => {
  test('each is a secret that its provider takes', async () => {
    const faults: string[] = [];
    const secrets = providerSecrets({ ...all, OPENAI_IMAGES: 'chat' }, ['sparky', 'baby-music']);
    expect(Object.keys(secrets)).toEqual(['tessera/providers/sparky', 'tessera/providers/baby-music']);
    const readCredentials = async (app: string) => secrets[`tessera/providers/${app}`];
    const providers = await providersOf({
      openings: everyProvider,
      readCredentials,
      onFault: (_, fault) => faults.push(fault),
    })('sparky');
    expect(faults).toEqual([]);
    const names = ['fal', 'gemini', 'http-worker', 'modal', 'openai', 'piapi', 'replicate', 'runpod', 'sandbox'];
    expect(Object.keys(providers).sort()).toEqual(names);
  });

  test('none, or an empty one: no secret, and every tool is the sandbox’s', () => {
    expect(providerSecrets({}, ['sparky'])).toEqual({});
    expect(providerSecrets({ GEMINI_API_KEY: ' ', OPENAI_BASE_URL: 'https://x.example' }, ['sparky'])).toEqual({});
  });

  test('one alone where more are needed: the missing ones are named, no value is', () => {
    expect(() => credentialsIn({ MODAL_KEY: 'wk-1' })).toThrow('modal needs MODAL_SECRET and MODAL_URL as well');
    const worker = { HTTP_WORKER_URL: 'http://127.0.0.1:8080' };
    expect(() => credentialsIn(worker)).toThrow('http-worker needs HTTP_WORKER_SECRET as well');
  });
});
