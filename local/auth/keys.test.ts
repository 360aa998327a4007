import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from '@supabase/supabase-js';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { type LocalAuth, startAuth } from './auth.ts';

const legacySecret = 'a secret of at least thirty-two characters';
const projects = [
  { id: 'one', algorithm: 'ES256', legacySecret },
  { id: 'plain', algorithm: 'ES256' },
  { id: 'both', algorithm: 'HS256', secret: legacySecret, clerk: { authorizedParty: 'https://app.example' } },
] as const;

let auth: LocalAuth;
let folder: string;
const start = () => startAuth({ projects, file: join(folder, 'auth.json') });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-auth-keys-'));
  auth = await start();
});
afterAll(async () => {
  await auth.close();
  await rm(folder, { recursive: true });
});

const supabase = (id: string) => {
  const { url, anonKey } = auth.project(id);
  return createClient(url, anonKey, { auth: { persistSession: false, autoRefreshToken: false } }).auth;
};
const published = async (jwksUrl: string) =>
  ((await (await fetch(jwksUrl)).json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? '';

describe('rotation while running', () => {
  test('the new key signs; the old one stays published and its tokens stay good, also over a restart', async () => {
    const { data } = await supabase('plain').signUp({ email: 'a@example.com', password: 'long enough' });
    const old = data.session?.access_token ?? '';
    const newKid = await auth.rotateKeys('plain');
    const refreshed = await supabase('plain').refreshSession({ refresh_token: data.session?.refresh_token ?? '' });
    const token = refreshed.data.session?.access_token ?? '';
    expect(kidOf(token)).toBe(newKid);
    expect(await published(auth.project('plain').jwksUrl)).toEqual([newKid, kidOf(old)]);
    await auth.close();
    auth = await start();
    expect(await published(auth.project('plain').jwksUrl)).toEqual([newKid, kidOf(old)]);
    for (const [issuer, one] of [old, token].map((text) => [decodeJwt(text).iss, text] as const)) {
      const keys = createRemoteJWKSet(new URL(auth.project('plain').jwksUrl));
      expect((await jwtVerify(one, keys, { issuer: issuer ?? '' })).payload.sub).toBe(data.user?.id);
    }
  });

  test('several at once lose no key', async () => {
    const kids = await Promise.all([1, 2, 3].map(() => auth.rotateKeys('one')));
    const after = await published(auth.project('one').jwksUrl);
    expect(after).toHaveLength(4);
    expect(after).toEqual(expect.arrayContaining(kids));
  });

  test('a shared secret is not rotated', async () => {
    await expect(auth.rotateKeys('both')).rejects.toThrow('is not rotated');
  });
});

test('a project that moved from its shared secret signs with either, under one issuer', async () => {
  const tokens = await Promise.all([
    auth.issueToken('one', { sub: 'u' }),
    auth.issueToken('one', { sub: 'u' }, { as: 'legacy' }),
  ]);
  expect(tokens.map((token) => decodeProtectedHeader(token).alg)).toEqual(['ES256', 'HS256']);
  expect(new Set(tokens.map((token) => decodeJwt(token).iss))).toEqual(new Set([auth.project('one').issuer]));
  await jwtVerify(tokens[1] ?? '', new TextEncoder().encode(legacySecret), { algorithms: ['HS256'] });
  await expect(auth.issueToken('plain', {}, { as: 'legacy' })).rejects.toThrow('no legacySecret');
});

describe('a Clerk instance beside a project', () => {
  test('has an issuer, keys and claims of its own: no audience, but azp, sid and sts, for a minute', async () => {
    const { clerk, issuer } = auth.project('both');
    if (!clerk) throw new Error('no Clerk instance');
    const token = await auth.issueToken('both', { sub: 'user_1' }, { as: 'clerk' });
    const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(new URL(clerk.jwksUrl)), {
      issuer: clerk.issuer,
    });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.stringMatching(/^ins_/) });
    expect(payload).toMatchObject({
      sub: 'user_1',
      azp: 'https://app.example',
      sid: expect.stringMatching(/^sess_/),
      sts: 'active',
      v: 2,
    });
    expect(payload.aud).toBeUndefined();
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    expect(clerk.issuer).not.toBe(issuer);
  });

  test('a claim can be taken away, and there is nobody to sign in', async () => {
    const token = await auth.issueToken('both', { azp: undefined, sts: 'pending' }, { as: 'clerk' });
    expect(decodeJwt(token)).toMatchObject({ sts: 'pending' });
    expect(decodeJwt(token)).not.toHaveProperty('azp');
    expect((await fetch(`${auth.project('both').clerk?.issuer}/v1/client`)).status).toBe(404);
    await expect(auth.issueToken('plain', {}, { as: 'clerk' })).rejects.toThrow('no Clerk instance');
  });
});
