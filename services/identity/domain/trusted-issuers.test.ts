import { expect, test } from '@jest/globals';
import type { Issuer } from '#services/catalog/contracts.ts';
import { trustedIssuers } from './trusted-issuers.ts';

const byKeySet = (issuer: string, algorithm: 'ES256' | 'RS256' = 'ES256'): Issuer => ({
  algorithm,
  issuer,
  audience: 'authenticated',
  jwks_url: `${issuer}/.well-known/jwks.json`,
});
const bySecret = (issuer: string): Issuer => ({
  algorithm: 'HS256',
  issuer,
  audience: 'authenticated',
  secret_name: 'legacy/jwt',
});

test('an app may trust several issuers', () => {
  const trusted = trustedIssuers({ a: [byKeySet('https://one.example'), byKeySet('https://two.example')] });
  expect([...trusted.values()].map(({ app }) => app)).toEqual(['a', 'a']);
});

test('an issuer may sign in two ways for one app, each with its own keys', () => {
  const [pair, secret] = [byKeySet('https://one.example'), bySecret('https://one.example')];
  const { byAlgorithm } = trustedIssuers({ a: [secret, pair] }).get('https://one.example') ?? {};
  expect(byAlgorithm).toEqual(
    new Map([
      ['HS256', secret],
      ['ES256', pair],
    ]),
  );
});

test('one way of signing that is configured twice stops the start', () => {
  expect(() => trustedIssuers({ a: [byKeySet('https://one.example'), byKeySet('https://one.example')] })).toThrow(
    'The issuer https://one.example is configured for "a" twice with ES256.',
  );
});

test.each([
  ['in the same way', byKeySet('https://one.example')],
  ['in another way', bySecret('https://one.example')],
])('I8 an issuer that serves two apps, %s, stops the start', (_, other) => {
  expect(() => trustedIssuers({ a: [byKeySet('https://one.example')], b: [other] })).toThrow(
    'The issuer https://one.example is configured for "a" and for "b".',
  );
});
