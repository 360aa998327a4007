import { expect, test } from '@jest/globals';
import { cacheableReply, entityTag, holdsTag } from './entity-tag.ts';

const tag = entityTag({ a: 1 });

test('equal content has the equal tag, other content another', () => {
  expect(entityTag({ a: 1 })).toBe(tag);
  expect(entityTag({ a: 2 })).not.toBe(tag);
  expect(tag).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
});

test.each([tag, `W/${tag}`, `"other", ${tag}`, '*'])('%s holds the tag', (header) => {
  expect(holdsTag(header, tag)).toBe(true);
});

test.each([undefined, '', '"other"', tag.slice(1, -1), `${'"x",'.repeat(60)}${tag}`])('%s does not', (header) => {
  expect(holdsTag(header, tag)).toBe(false);
});

test('the first answer carries the tag, the next one no body', () => {
  const first = cacheableReply({ headers: {}, maxAgeSeconds: 60 }, { a: 1 });
  expect(first).toEqual({
    status: 200,
    body: { a: 1 },
    headers: { etag: tag, 'cache-control': 'public, max-age=60' },
  });
  const next = cacheableReply({ headers: { 'if-none-match': tag }, maxAgeSeconds: 60 }, { a: 1 });
  expect(next).toEqual({ status: 304, body: undefined, headers: first.headers });
});
