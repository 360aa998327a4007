/** Session tokens of an issuer without an audience, as Clerk makes them (https://clerk.com/docs/guides/sessions/session-tokens). */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { signToken } from '../test/issuer-server.ts';
import { clerkUser, refused, startedAt, startTrustedApps } from '../test/trusted-apps.ts';

const apps = await startTrustedApps();
const { clerkKey, esKey, clerkServer, clock, claims, clerkToken, esToken, verdictOf } = apps;
afterAll(() => apps.close());
beforeEach(() => apps.reset());

const accepted = { verdict: 'user', app: 'app-clerk', user: clerkUser };
const untrusted = refused('token-untrusted');

describe('NB1 a session', () => {
  test.each([
    ['of version 2', {}],
    ['of version 1, which has no status', { v: undefined, sts: undefined, pla: undefined }],
    ['of a native app, which has no origin', { azp: undefined }],
    ['with claims that an app adds', { role: 'org:member', metadata: { tier: 1 }, app_metadata: { role: 'admin' } }],
    ['of somebody in an organisation', { o: { id: 'org_1', rol: 'admin', slg: 'studio' } }],
  ])('%s speaks for its user', async (_, more) => {
    expect(await verdictOf(clerkToken(more))).toEqual(accepted);
  });
  test('has an e-mail where the app adds it', async () => {
    expect(await verdictOf(clerkToken({ email: 'someone@example.org' }))).toEqual({
      ...accepted,
      email: 'someone@example.org',
    });
  });
  test('lives as briefly as it says', async () => {
    const token = await clerkToken();
    clock.now = startedAt + 89_999;
    expect(await verdictOf(token)).toEqual(accepted);
    clock.now = startedAt + 90_000;
    expect(await verdictOf(token)).toEqual(refused('token-expired'));
  });
});

describe('no session', () => {
  test.each([
    ['made for another origin', { azp: 'https://evil.example' }],
    ['made for a longer origin', { azp: 'https://app-clerk.example.evil.example' }],
    ['with a slash after the origin', { azp: 'https://app-clerk.example/' }],
    ['with a list of origins', { azp: ['https://app-clerk.example'] }],
    ['with an empty origin', { azp: '' }],
    ['made for an audience, as templates are', { aud: 'authenticated' }],
    ['without a session, as templates, OAuth and machine tokens are', { sid: undefined }],
    ['without a user', { sub: undefined }],
    ['with two faults, of which the worse is told', { sts: 'ended', azp: 'https://evil.example' }],
  ])('%s', async (_, more) => {
    expect(await verdictOf(clerkToken(more))).toEqual(untrusted);
  });
  test.each(['pending', 'ended', null])('status %p: the user has steps left to take', async (sts) => {
    expect(await verdictOf(clerkToken({ sts }))).toEqual(refused('session-pending'));
  });
});

describe('beside an issuer with an audience', () => {
  test('neither takes the other’s tokens for its own', async () => {
    const clerkSigned = (more: Record<string, unknown>) =>
      signToken({ alg: 'RS256', kid: clerkKey.kid, key: clerkKey.privateKey }, claims(more));
    expect(await verdictOf(clerkSigned({}))).toEqual(untrusted);
    expect(await verdictOf(clerkSigned({ iss: clerkServer.issuer }))).toEqual(untrusted);
    const byEs = signToken(
      { alg: 'ES256', kid: esKey.kid, key: esKey.privateKey },
      claims({ iss: clerkServer.issuer }),
    );
    expect(await verdictOf(byEs)).toEqual(untrusted);
  });
  test('an audience stays needed there, whatever else a token has', async () => {
    const session = { aud: undefined, sid: 'sess_1', azp: 'https://app-clerk.example', sts: 'active' };
    expect(await verdictOf(esToken(session))).toEqual(untrusted);
  });
});
