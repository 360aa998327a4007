import { expect, test } from '@jest/globals';
import { SourceUnavailable } from '#shared/last-good.ts';
import { everyProvider } from './every-provider.ts';
import { providersOf } from './registry.ts';

const world = (read: (app: string) => Promise<string | undefined>) => {
  const faults: string[] = [];
  const asked: string[] = [];
  let at = 0;
  const providers = providersOf({
    openings: everyProvider,
    readCredentials: (app) => {
      asked.push(app);
      return read(app);
    },
    onFault: (app, fault) => faults.push(`${app}: ${fault}`),
    now: () => at,
  });
  const pass = (ms: number) => {
    at += ms;
  };
  return { providers, faults, asked, pass };
};
const names = (providers: object): string[] => Object.keys(providers).toSorted();

test('X1 an app has the providers of its own secret, and the sandbox', async () => {
  const secrets: Record<string, string> = { sparky: JSON.stringify({ gemini: { api_key: 'k-1' } }) };
  const { providers, faults } = world(async (app) => secrets[app]);
  expect(names(await providers('sparky'))).toEqual(['gemini', 'sandbox']);
  expect(names(await providers('nano-banana'))).toEqual(['sandbox']);
  expect(faults).toEqual([]);
});

test('PP16 an entry that cannot be used is told, without its value, and leaves the others alone', async () => {
  const secret = { openai: { api_key: 'has a space' }, fal: { key: 'k-2' }, ghost: {}, gemini: 'k-3' };
  const { providers, faults } = world(async () => JSON.stringify(secret));
  expect(names(await providers('sparky'))).toEqual(['fal', 'sandbox']);
  expect(faults).toEqual([
    expect.stringMatching(/^sparky: openai: api_key: /),
    'sparky: ghost: there is no such provider',
    expect.stringMatching(/^sparky: gemini: /),
  ]);
  expect(faults.join()).not.toMatch(/has a space|k-3/);
});

test('a secret is read once in five minutes, so that a new key counts soon', async () => {
  const { providers, asked, pass } = world(async () => '{}');
  await providers('sparky');
  pass(299_000);
  await providers('sparky');
  expect(asked).toHaveLength(1);
  pass(2_000);
  await providers('sparky');
  expect(asked).toHaveLength(2);
});

test('a secret that cannot be read stops the run: nothing runs on another provider for that', async () => {
  const { providers, faults } = world(async () => {
    throw new Error('access denied');
  });
  await expect(providers('sparky')).rejects.toThrow(SourceUnavailable);
  expect(faults).toEqual(['sparky: the secret cannot be read']);
});
