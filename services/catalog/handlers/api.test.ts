import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { definitions } from '#apps';
import { type ApiEventParts, apiEvent } from '#shared/testing/api-event.ts';

let handler: typeof import('./api.ts').handler;

beforeAll(async () => {
  for (const method of ['log', 'info'] as const) jest.spyOn(console, method).mockReturnValue();
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  process.env.POWERTOOLS_METRICS_DISABLED = 'true';
  ({ handler } = await import('./api.ts'));
});

const get = async (app: string, parts: ApiEventParts = {}) => {
  const { statusCode, headers, body } = await handler(
    apiEvent({ path: `/v1/apps/${app}/catalog`, ...parts }),
    {} as Context,
  );
  return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
};

describe('GET /v1/apps/{app}/catalog', () => {
  test.each(definitions.filter(({ internal }) => !internal))('$id: tools in order, plans and packs', async (app) => {
    const { status, headers, body } = await get(app.id);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=60');
    expect(body).toMatchObject({ id: app.id, name: app.name, plans: app.plans, packs: app.packs });
    expect(body.tools.map(({ id }: { id: string }) => id)).toEqual(
      app.tools.toSorted((a, b) => a.sort_order - b.sort_order).map(({ id }) => id),
    );
    expect(body.tools[0]).toMatchObject({ cost: app.tools[0]?.cost, params: app.tools[0]?.params });
  });

  test('says nothing of issuers, providers and models', async () => {
    const text = JSON.stringify((await get('sparky')).body);
    expect(text).not.toMatch(/issuer|jwks|secret|provider|sandbox|deadline/);
  });

  test('a client that holds the newest is told so, and sent nothing', async () => {
    const { headers } = await get('sparky');
    const again = await get('sparky', { headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again).toMatchObject({ status: 304, body: undefined });
    expect(again.headers).toEqual({ etag: headers.etag, 'cache-control': 'public, max-age=60' });
    expect((await get('product-studio', { headers: { 'if-none-match': headers.etag ?? '' } })).status).toBe(200);
  });

  test.each(['nobody', 'sandbox-lab', 'constructor'])('%s: 404', async (app) => {
    expect(await get(app)).toMatchObject({
      status: 404,
      body: { type: 'urn:tessera:problem:app-unknown', detail: `No app "${app}" is served here.` },
    });
  });

  test('what cannot be an app at all: 400', async () => {
    expect((await get('Sparky!')).body.errors[0].pointer).toBe('/path/app');
  });
});
