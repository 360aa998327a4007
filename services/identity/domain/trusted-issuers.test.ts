import { expect, test } from '@jest/globals';
import type { Issuer } from '#services/catalog/contracts.ts';
import { trustedIssuers } from './trusted-issuers.ts';

const issuer = (url: string): Issuer => ({
  algorithm: 'ES256',
  issuer: url,
  audience: 'authenticated',
  jwks_url: `${url}/.well-known/jwks.json`,
});

test('an app may trust several issuers', () => {
  const trusted = trustedIssuers({ a: [issuer('https://one.example'), issuer('https://two.example')] });
  expect([...trusted.values()].map(({ app }) => app)).toEqual(['a', 'a']);
});

test('an issuer that serves two apps stops the start', () => {
  expect(() => trustedIssuers({ a: [issuer('https://one.example')], b: [issuer('https://one.example')] })).toThrow(
    'The issuer https://one.example is configured for "a" and for "b".',
  );
});
