/** The access matrix: every cell asked of the running stack. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes as billingRoutes, callbackRoutes } from '#services/billing/routes.ts';
import { routes as catalogRoutes } from '#services/catalog/routes.ts';
import { routes as creditsRoutes } from '#services/credits/routes.ts';
import { routes as generationRoutes } from '#services/generation/routes.ts';
import { routes as identityRoutes } from '#services/identity/routes.ts';
import { routes as notificationsRoutes } from '#services/notifications/routes.ts';
import { routes as webhooksRoutes } from '#services/webhooks/routes.ts';
import type { Route } from '#shared/http/route.ts';
import { type Caller, callers, matrix } from './access/matrix.ts';
import { startWorld, type World } from './access/world.ts';

const routes = new Map<string, Route>(
  [
    creditsRoutes,
    generationRoutes,
    identityRoutes,
    catalogRoutes,
    webhooksRoutes,
    billingRoutes,
    callbackRoutes,
    notificationsRoutes,
  ].flatMap((table) => Object.values<Route>(table).map((route) => [`${route.method} ${route.path}`, route] as const)),
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

describe('PP10 PP2 PP18 X1 I8 each cell is as the table says', () => {
  test.each(Object.entries(matrix))('%s', async (name, { expected, path, body, headers = {}, fresh = false }) => {
    const [method = '', template = ''] = name.split(' ');
    const url = path ? await path(world) : template;
    const got: Partial<Record<Caller, number>> = {};
    const leaks: string[] = [];
    for (const caller of callers) {
      const client = await world.as(caller, { fresh });
      const content = body?.(world);
      const options = { method, headers, ...(content === undefined ? {} : { body: content }) };
      const { status, body: answer } = await client.call(url, options);
      got[caller] = status;
      const told = JSON.stringify(answer);
      if (routes.get(name)?.auth === 'user' && caller !== 'user')
        for (const secret of world.secrets)
          if (told.includes(secret) && !url.includes(secret)) leaks.push(`${caller}: ${secret}`);
    }
    expect({ got, leaks }).toEqual({ got: expected, leaks: [] });
  });
});
