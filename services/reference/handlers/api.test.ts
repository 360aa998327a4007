import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { apiFunction } from '#shared/http/api-function.ts';
import { createLogger } from '#shared/observability/logger.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import { document } from '../document.ts';
import { routes } from '../routes.ts';
import { apiHandlers } from './api-handlers.ts';

const logger = createLogger('reference');
const metrics = createMetrics('reference');
const handler = apiFunction({ routes, handlers: apiHandlers(document), problems: {}, logger, metrics });
const get = (path: string, headers: Record<string, string> = {}) => handler(apiEvent({ path, headers }), {} as Context);

beforeAll(() => {
  jest.spyOn(logger, 'info').mockReturnValue();
  jest.spyOn(metrics, 'publishStoredMetrics').mockReturnValue(undefined as never);
});

describe('FS13 GET /v1/openapi.json', () => {
  test('is the committed document, for anybody, and may be kept', async () => {
    const { statusCode, headers, body } = await get('/v1/openapi.json');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=300' });
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(document)));
  });
  test('is not sent to whoever holds it', async () => {
    const { headers } = await get('/v1/openapi.json');
    const again = await get('/v1/openapi.json', { 'if-none-match': `W/${headers.etag}` });
    expect(again).toMatchObject({ statusCode: 304, body: '' });
  });
});

describe('FS13 GET /v1/docs', () => {
  test('shows every operation, every webhook and every schema, each under an address of its own', async () => {
    const { body } = await get('/v1/docs');
    const ids = [...body.matchAll(/<details[^>]* id="([^"]+)"/g)].map(([, id]) => id);
    const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
    const expected = [
      ...operations.map(({ operationId }) => operationId),
      ...Object.keys(document.webhooks).map((type) => `webhook-${type}`),
      ...Object.keys(document.components.schemas).map((name) => `schema-${name}`),
    ];
    expect(ids.toSorted()).toEqual(expected.toSorted());
    const links = new Set([...body.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id));
    const all = new Set([...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    expect([...links].filter((id) => !all.has(id))).toEqual([]);
  });
  test('needs nothing from the network, and its policy lets it reach for nothing but its own script and style', async () => {
    const { headers, body } = await get('/v1/docs');
    expect(body).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="(?!data:)/);
    const policy = headers['content-security-policy'] ?? '';
    for (const tag of ['script', 'style']) {
      const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(body) ?? [];
      expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect(policy).toMatch(/^default-src 'none'; /);
  });
  test('what a document says is text and never markup', async () => {
    const [[path = '', item = {}] = []] = Object.entries(document.paths);
    const [method = '', operation] = Object.entries(item)[0] ?? [];
    if (!operation) throw new Error('the document has no operation');
    const hostile = { ...operation, summary: '</summary><script>alert(1)</script>' };
    const page = apiHandlers({ ...document, paths: { [path]: { [method]: hostile } } });
    const { body } = (await page.getDocs({ headers: {} } as never)) as { body: string };
    expect(body).toContain('&lt;script&gt;alert(1)');
    expect(body).not.toContain('<script>alert(1)');
  });
});
