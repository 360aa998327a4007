/** PP10 PP2 I8 X1 the access matrix: every cell asked of the running stack. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes as catalogRoutes } from '#services/catalog/routes.ts';
import { routes as creditsRoutes } from '#services/credits/routes.ts';
import { routes as generationRoutes } from '#services/generation/routes.ts';
import { routes as identityRoutes } from '#services/identity/routes.ts';
import type { Route } from '#shared/http/route.ts';
import { type Caller, callers, matrix } from './access/matrix.ts';
import { startWorld, type World } from './access/world.ts';

const routes = new Map<string, Route>(
  [creditsRoutes, generationRoutes, identityRoutes, catalogRoutes].flatMap((table) =>
    Object.values<Route>(table).map((route) => [`${route.method} ${route.path}`, route] as const),
  ),
);

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 90_000);
afterAll(() => world.close());

test('every route has a row, and every row a route', () => {
  expect(Object.keys(matrix).toSorted()).toEqual([...routes.keys()].toSorted());
});

test('no route has other callers than its table says: public ones are open, others refuse who is nobody', () => {
  for (const [name, { auth, rawBody }] of routes) {
    const { anonymous } = matrix[name]?.expected ?? {};
    if (auth !== 'public') expect([name, anonymous]).toEqual([name, 401]);
    else if (!rawBody) expect([name, anonymous]).toEqual([name, 200]);
  }
});

describe('I8 each cell is as the table says', () => {
  test.each(Object.entries(matrix))('%s', async (name, { expected, path, body, headers = {}, fresh = false }) => {
    const [method = '', template = ''] = name.split(' ');
    const url = path ? await path(world) : template;
    const got: Partial<Record<Caller, number>> = {};
    for (const caller of callers) {
      const client = await world.as(caller, { fresh });
      const content = body?.(world);
      const options = { method, headers, ...(content === undefined ? {} : { body: content }) };
      got[caller] = (await client.call(url, options)).status;
    }
    expect(got).toEqual(expected);
  });
});
