import { gunzipSync } from 'node:zlib';
import { expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { apiEvent } from '../testing/api-event.ts';
import { compressed } from './compressed.ts';

const large = 'a page of text. '.repeat(200);
const answering = (body: string, headers: Record<string, string> = { etag: '"1"' }) =>
  compressed(async () => ({ statusCode: 200, headers, body }));
const ask = (handler: ReturnType<typeof compressed>, accepted?: string) =>
  handler(
    apiEvent({ path: '/v1/docs', headers: accepted === undefined ? {} : { 'accept-encoding': accepted } }),
    {} as Context,
  );

test.each(['gzip', 'br, gzip;q=0.5', '*', 'GZIP ; q=1'])('%s is taken', async (accepted) => {
  const { body, headers, isBase64Encoded } = await ask(answering(large), accepted);
  expect(isBase64Encoded).toBe(true);
  expect(gunzipSync(Buffer.from(body, 'base64')).toString()).toBe(large);
  expect(headers).toEqual({ 'content-encoding': 'gzip', etag: 'W/"1"', vary: 'accept-encoding' });
});

test.each([undefined, '', 'br', 'gzip;q=0', 'gzip;q=0.0', 'gzipped'])('%s is not', async (accepted) => {
  const { body, headers, isBase64Encoded } = await ask(answering(large), accepted);
  expect({ body, headers, isBase64Encoded }).toEqual({
    body: large,
    headers: { etag: '"1"', vary: 'accept-encoding' },
  });
});

test('what is small, and what has no body, goes as it is', async () => {
  for (const body of ['', 'short']) expect(await ask(answering(body), 'gzip')).not.toHaveProperty('isBase64Encoded');
});

test('a body of a known tag is compressed once; one without a tag is never kept', async () => {
  const bodies = jest.fn<() => string>().mockReturnValue(large);
  const tagged = compressed(async () => ({ statusCode: 200, headers: { etag: '"1"' }, body: bodies() }));
  const first = await ask(tagged, 'gzip');
  bodies.mockReturnValue(large.toUpperCase());
  expect((await ask(tagged, 'gzip')).body).toBe(first.body);
  const untagged = compressed(async () => ({ statusCode: 200, headers: {}, body: bodies() }));
  await ask(untagged, 'gzip');
  bodies.mockReturnValue(large);
  expect((await ask(untagged, 'gzip')).body).toBe(first.body);
});
