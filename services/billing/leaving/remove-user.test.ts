/** Who leaves is charged no more, and nothing of theirs is forgotten on the way: once, twice, and while Stripe is away. */
import { describe, expect, test } from '@jest/globals';
import type { infer as Infer } from 'zod';
import type { userDeleted } from '#services/identity/contracts.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { ProviderFailure } from '../providers/provider.ts';
import { newParts, owner } from '../test/api-world.ts';
import { removeUser } from './remove-user.ts';

const other = { ...owner, user: 'user-2' };
const left = ({ app, user }: Owner, pass: 1 | 2 = 1): Infer<typeof userDeleted> => ({
  id: 'event-1',
  type: 'UserDeleted',
  schemaVersion: 1,
  app,
  user,
  version: 3,
  at: '2026-11-21T12:00:00.000Z',
  correlationId: 'c-1',
  causationId: 'c-1',
  data: { pass },
});

/** Two users of an app, each with a customer and callbacks. */
const world = async () => {
  const { app, calls, script, parts } = newParts();
  const { customers, providersOf } = parts;
  for (const each of [owner, other]) await customers.keep(each, `cus_${each.user}`);
  const bodies = new Map([
    [ownerKey(owner), 3],
    [ownerKey(other), 2],
  ]);
  const lines: unknown[] = [];
  const run = removeUser({
    customers,
    providersOf,
    callbacks: {
      async removeBodies(of) {
        const removed = bodies.get(ownerKey(of)) ?? 0;
        bodies.delete(ownerKey(of));
        return removed;
      },
    },
    logger: { info: (_: unknown, ...[facts]: readonly unknown[]) => void lines.push(facts) },
  });
  const removed = () => calls.filter(({ method }) => method === 'removeCustomer').flatMap(({ asked }) => asked);
  return { app, script, customers, bodies, lines, run, removed };
};

describe('a user who left', () => {
  test('has no customer at Stripe any more and no bodies; the second pass finds nothing to do', async () => {
    const { run, removed, customers, bodies, lines } = await world();
    await run(left(owner));
    await run(left(owner, 2));
    expect(removed()).toEqual(['cus_user-1']);
    expect(await customers.find(owner)).toBeUndefined();
    expect([...bodies.keys()]).toEqual([ownerKey(other)]);
    expect(lines).toEqual([
      { ...owner, pass: 1, bodies: 3 },
      { ...owner, pass: 2, bodies: 0 },
    ]);
  });

  test('had something made behind the first pass: the second one removes it', async () => {
    const { run, removed, customers, bodies } = await world();
    await run(left(owner));
    await customers.keep(owner, 'cus_late');
    bodies.set(ownerKey(owner), 1);
    await run(left(owner, 2));
    expect(removed()).toEqual(['cus_user-1', 'cus_late']);
    expect([await customers.find(owner), bodies.has(ownerKey(owner))]).toEqual([undefined, false]);
  });

  test('I8 takes nobody else along, in no app', async () => {
    const { run, customers, bodies, removed } = await world();
    await run(left({ app: 'other-app', user: owner.user }));
    expect(removed()).toEqual([]);
    await run(left(owner));
    expect(await customers.find(other)).toBe('cus_user-2');
    expect(bodies.get(ownerKey(other))).toBe(2);
  });

  test('without a customer is fine', async () => {
    const { run, removed, customers } = await world();
    await customers.remove(owner);
    await run(left(owner));
    expect(removed()).toEqual([]);
  });
});

test('a Stripe that does not answer: the customer is not forgotten, and the message that comes again removes it', async () => {
  const { run, script, removed, customers, bodies, lines } = await world();
  script.failing.set('removeCustomer', new ProviderFailure('unavailable', 'Stripe does not answer'));
  await expect(run(left(owner))).rejects.toThrow(ProviderFailure);
  expect(await customers.find(owner)).toBe('cus_user-1');
  expect([bodies.has(ownerKey(owner)), lines]).toEqual([false, []]);
  script.failing.clear();
  await run(left(owner));
  expect(removed()).toEqual(['cus_user-1', 'cus_user-1']);
  expect([await customers.find(owner), bodies.has(ownerKey(owner))]).toEqual([undefined, false]);
});

test('FS10 an app whose keys are gone: the customer is not forgotten, and is removed when they are back', async () => {
  const { run, app, removed, customers, bodies, lines } = await world();
  const { providers } = app;
  app.providers = {};
  for (const pass of [1, 2] as const) await expect(run(left(owner, pass))).rejects.toThrow('stays at Stripe');
  expect([await customers.find(owner), bodies.has(ownerKey(owner)), lines]).toEqual(['cus_user-1', false, []]);
  app.providers = providers;
  await run(left(owner, 2));
  expect(removed()).toEqual(['cus_user-1']);
  expect(await customers.find(owner)).toBeUndefined();
});
