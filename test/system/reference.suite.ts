/** FS13 on the whole system: anybody reads the document and its page, compressed, from where the API is. */
import { beforeAll, expect, test } from '@jest/globals';
import { routes as creditsRoutes } from '#services/credits/routes.ts';
import { sharedStack } from './shared-stack.ts';
import type { Stack } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);

test.each([
  ['/v1/openapi.json', 'application/json'],
  ['/v1/docs', 'text/html; charset=utf-8'],
])('FS13 %s is there for anybody, compressed, and once', async (path, type) => {
  const url = new URL(path, stack.account.httpUrl());
  const first = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
  const text = await first.text();
  expect(first.status).toBe(200);
  expect(first.headers.get('content-type')).toBe(type);
  expect(first.headers.get('content-encoding')).toBe('gzip');
  expect(Object.keys(creditsRoutes).filter((name) => !text.includes(name))).toEqual([]);
  const again = await fetch(url, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
});
