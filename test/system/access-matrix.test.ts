/** The access matrix: every cell asked of the running stack. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routes as adminRoutes } from '#services/admin/routes.ts';
import { routes as billingRoutes, callbackRoutes } from '#services/billing/routes.ts';
import { routes as catalogRoutes } from '#services/catalog/routes.ts';
import { routes as creditsRoutes } from '#services/credits/routes.ts';
import { routes as generationRoutes } from '#services/generation/routes.ts';
import { routes as identityRoutes } from '#services/identity/routes.ts';
import { routes as notificationsRoutes } from '#services/notifications/routes.ts';
import { routes as referenceRoutes } from '#services/reference/routes.ts';
import { routes as webhooksRoutes } from '#services/webhooks/routes.ts';
import { isAct, type Route } from '#shared/http/route.ts';
import { matrix } from './access/matrix.ts';
import { type Caller, callers } from './access/row.ts';
import { startWorld, type World } from './access/world.ts';
import type { Answer } from './client.ts';

const routes = new Map<string, Route>(
  [
    adminRoutes,
    creditsRoutes,
    generationRoutes,
    identityRoutes,
    catalogRoutes,
    webhooksRoutes,
    billingRoutes,
    callbackRoutes,
    notificationsRoutes,
    referenceRoutes,
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

interface Told {
  readonly data: readonly {
    readonly method: string;
    readonly path: string;
    readonly outcome: { status: number } | null;
  }[];
  readonly next_cursor: string | null;
}

/** All that was written down, page by page. */
const readAudit = async (caller: Caller, path: string) => {
  const client = await world.as(caller);
  const acts: Told['data'][number][] = [];
  for (let cursor: string | null = '', page = 0; cursor !== null; page += 1) {
    const answer: Answer<Told> = await client.call(`${path}?limit=100${cursor && `&cursor=${cursor}`}`);
    if (answer.status !== 200 || page > 20) throw new Error(`page ${page} of ${path}: ${answer.status}`);
    acts.push(...answer.body.data);
    cursor = answer.body.next_cursor;
  }
  return acts;
};

describe('FS9 behind the cells above, every act of an admin or operator is written down, with its end, and no other request is', () => {
  const pattern = (template: string) => new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
  let written: Awaited<ReturnType<typeof readAudit>>;
  beforeAll(async () => {
    await world.stack.account.drain();
    written = [...(await readAudit('key', '/v1/admin/audit')), ...(await readAudit('operator', '/v1/operator/audit'))];
  });

  test.each([...routes].filter(([, route]) => isAct(route)))('%s', (name, { method, path, auth }) => {
    const { expected } = matrix[name] ?? {};
    const here: readonly Caller[] = auth === 'operator' ? ['operator'] : ['key', 'admin'];
    const statuses = here.map((caller) => expected?.[caller]);
    const found = written.filter((act) => act.method === method && pattern(path).test(act.path));
    const ends = found.map(({ outcome }) => outcome?.status);
    for (const status of new Set(statuses)) {
      const wanted = statuses.filter((one) => one === status).length;
      expect([status, ends.filter((end) => end === status).length >= wanted]).toEqual([status, true]);
    }
    expect(ends).not.toContain(undefined);
  });

  test('and of nothing else', () => {
    const acts = [...routes.values()].filter(isAct);
    const others = written.filter(
      ({ method, path }) => !acts.some((route) => route.method === method && pattern(route.path).test(path)),
    );
    expect(others).toEqual([]);
  });
});
