/** The ways in which an app's tokens may be signed, as Tessera meets them: Clerk, a shared secret beside a key pair, a rotated key. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TokenOptions } from '#local/auth/auth.ts';
import { type App, type Stack, startStack } from '../system/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ hooks: true });
}, 60_000);
afterAll(() => stack.close());

const meBy = async (token: Promise<string>) => {
  const { status, body } = await stack.withToken(await token).get('/v1/me');
  return { status, app: body.app, id: body.id };
};
const tokenOf = (app: App, claims: Record<string, unknown>, options?: TokenOptions) =>
  stack.auth.issueToken(app, claims, options);

describe('NB1 an app with two identity providers', () => {
  const user = { sub: 'user_2f9Zk0Qm3yTq8w' };
  const clerk = (claims: Record<string, unknown> = {}) =>
    meBy(tokenOf('nano-banana', { ...user, ...claims }, { as: 'clerk' }));

  test("Clerk's session tokens are accepted, with the app's origin or none", async () => {
    const accepted = { status: 200, app: 'nano-banana', id: user.sub };
    expect(await clerk()).toEqual(accepted);
    expect(await clerk({ azp: undefined })).toEqual(accepted);
  });
  test.each([
    ['another origin', { azp: 'https://elsewhere.example' }],
    ['an audience', { aud: 'authenticated' }],
    ['no session', { sid: undefined }],
    ['steps left to take', { sts: 'pending' }],
    ['another issuer', { iss: 'https://clerk.elsewhere.example' }],
  ])('but not with %s', async (_what, claims) => {
    expect(await clerk(claims)).toMatchObject({ status: 401 });
  });
  test("Supabase's are accepted beside them", async () => {
    const { id, token } = await stack.signUp('nano-banana');
    expect(await meBy(Promise.resolve(token))).toEqual({ status: 200, app: 'nano-banana', id });
  });
  test("neither provider's claims pass with the other's key", async () => {
    const { issuer, clerk: instance } = stack.auth.project('nano-banana');
    const clerkIssuer = instance?.issuer ?? '';
    expect(await clerk({ iss: issuer, aud: 'authenticated', sid: undefined })).toMatchObject({ status: 401 });
    const posing = { ...user, iss: clerkIssuer, aud: undefined, sid: 'sess_1', sts: 'active' };
    expect(await meBy(tokenOf('nano-banana', posing))).toMatchObject({ status: 401 });
  });
});

test('a project that moves from its shared secret to a key pair: one issuer, one user, either signature', async () => {
  const { id, token } = await stack.signUp('baby-music');
  const accepted = { status: 200, app: 'baby-music', id };
  expect(await meBy(Promise.resolve(token))).toEqual(accepted);
  expect(await meBy(tokenOf('baby-music', { sub: id }, { as: 'legacy' }))).toEqual(accepted);
});

test('a rotated key: tokens of the old and of the new one are good', async () => {
  const { id, token } = await stack.signUp('flirt-studio');
  await stack.auth.rotateKeys('flirt-studio');
  const accepted = { status: 200, app: 'flirt-studio', id };
  expect(await meBy(tokenOf('flirt-studio', { sub: id }))).toEqual(accepted);
  expect(await meBy(Promise.resolve(token))).toEqual(accepted);
});
