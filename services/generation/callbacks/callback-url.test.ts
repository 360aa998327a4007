import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { derivedId } from '#shared/ids.ts';
import { maxCallbackLength } from '../contracts.ts';
import { type Callback, callbackUrl, readCallback } from './callback-url.ts';

const secret = async () => 'a secret of 32 bytes at the least';
const make = callbackUrl({ publicUrl: 'https://api.example', secret });
const read = readCallback(secret);
const callback: Callback = {
  app: 'baby-music',
  user: 'auth0|7',
  jobId: derivedId('gen', 'a'),
  attempt: 2,
  provider: 'piapi',
  model: 'music-u',
};
const tokenOf = async (of: Callback = callback, by = make) => (await by(of)).split('callback=').at(-1) ?? '';
const signed = async (parts: unknown): Promise<string> => {
  const payload = Buffer.from(JSON.stringify(parts)).toString('base64url');
  return `${payload}.${createHmac('sha256', await secret())
    .update(payload)
    .digest('base64url')}`;
};

describe('PP17 BM6 the URL that a provider is given', () => {
  test('names its provider and app, and is read back as it was made', async () => {
    const url = new URL(await make(callback));
    expect(url.pathname).toBe('/webhooks/providers/piapi/baby-music');
    expect(url.search).toMatch(/^\?callback=[\w.-]+$/);
    expect(await read(await tokenOf())).toEqual(callback);
  });

  test('is the same each time, so that an attempt told twice has one', async () =>
    expect(await make(callback)).toBe(await make({ ...callback })));

  test('is another one for each attempt, job, user, app, provider and model', async () => {
    const others: Partial<Callback>[] = [
      { attempt: 1 },
      { jobId: derivedId('gen', 'b') },
      { user: 'auth0|8' },
      { app: 'sparky' },
      { provider: 'fal' },
      { model: 'Qubico/ace-step' },
    ];
    const tokens = await Promise.all([{}, ...others].map((change) => tokenOf({ ...callback, ...change })));
    expect(new Set(tokens).size).toBe(7);
  });

  test('fits what a path may be, for the longest of users', async () => {
    const longest = {
      ...callback,
      app: 'a'.repeat(40),
      user: 'u'.repeat(128),
      provider: 'p'.repeat(60),
      model: 'm'.repeat(100),
    };
    const token = await tokenOf(longest);
    expect(token.length).toBeLessThan(maxCallbackLength);
    expect(await read(token)).toEqual(longest);
  });
});

describe('PP17 a token that was not made here is nothing', () => {
  const forged = callbackUrl({ publicUrl: 'https://api.example', secret: async () => 'a guess' });
  const swapped = async () => {
    const [, mac] = (await tokenOf()).split('.');
    const [payload] = (await tokenOf({ ...callback, attempt: 1 })).split('.');
    return `${payload}.${mac}`;
  };
  test.each<[what: string, token: () => Promise<string>]>([
    ['signed with another secret', () => tokenOf(callback, forged)],
    ['with another’s payload', swapped],
    ['cut short', async () => (await tokenOf()).slice(0, -4)],
    ['with a changed payload', async () => `A${(await tokenOf()).slice(1)}`],
    ['without a signature', async () => (await tokenOf()).split('.')[0] ?? ''],
    ['with an empty signature', async () => `${(await tokenOf()).split('.')[0]}.`],
    ['with more behind it', async () => `${await tokenOf()}.x`],
    ['empty', async () => ''],
    ['only a dot', async () => '.'],
    ['no text at all', async () => '\u0000\ud800.%%%'],
  ])('%s', async (_, token) => expect(await read(await token())).toBeUndefined());

  test.each<[what: string, parts: unknown]>([
    ['of no job', ['baby-music', 'u', 'pay_1', 1, 'piapi']],
    ['of no attempt', ['baby-music', 'u', callback.jobId, 0, 'piapi']],
    ['of too few parts', ['baby-music', 'u', callback.jobId]],
    ['of another kind', { app: 'baby-music' }],
    ['too long, though signed', ['baby-music', 'u', callback.jobId, 1, 'p'.repeat(2_000)]],
  ])('%s', async (_, parts) => expect(await read(await signed(parts))).toBeUndefined());
});

test('a secret that cannot be read is no refusal: the provider sends its webhook again', async () => {
  const away = readCallback(() => Promise.reject(new Error('secrets away')));
  await expect(away(await tokenOf())).rejects.toThrow(/away/);
});
