/** SP15 credits' routes while the catalog cannot be read. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Catalog } from '#services/catalog/contracts.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { adminKey, newApi, testCatalog } from '../test/api.ts';
import { stream } from '../test/doubles.ts';

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

/** A catalog that breaks, and comes back. */
const breakable = () => {
  let error: Error | undefined = new SourceUnavailable('down');
  const good = testCatalog();
  const catalog: Catalog = {
    app: async (id) => {
      if (error) throw error;
      return good.app(id);
    },
  };
  const breakBy = (why: Error | undefined) => {
    error = why;
  };
  return { catalog, breakBy };
};

describe('SP15 a catalog that cannot be read', () => {
  test.each([
    ['GET', '/v1/credits', {}],
    ['GET', '/v1/allowances', {}],
    ['POST', '/v1/allowances/photo-filter/check', {}],
    ['POST', '/v1/admin/accounts/user-1/plan', { verdict: adminKey, body: { plan: 'pro', reason: 'paid' } }],
  ] as const)(
    '%s %s is answered 503 with a pause, changes nothing, and works afterwards',
    async (method, path, more) => {
      const { catalog, breakBy } = breakable();
      const api = await newApi(dynamoDb.client, catalog);
      await api.openWith(10);
      const { version } = (await api.store.load(stream)) ?? {};
      expect(version).toBe(2);
      const answer = await api.call({ method, path, ...more });
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '2' },
        body: { type: 'urn:tessera:problem:unavailable' },
      });
      expect((await api.store.load(stream))?.version).toBe(version);
      breakBy(undefined);
      expect((await api.call({ method, path, ...more })).status).toBe(200);
    },
  );

  test('any other fault is ours', async () => {
    const { catalog, breakBy } = breakable();
    breakBy(new Error('a mistake'));
    const api = await newApi(dynamoDb.client, catalog);
    expect((await api.get('/v1/credits')).status).toBe(500);
  });
});
