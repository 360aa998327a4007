import { expect, test } from '@jest/globals';
import { ProviderFailure } from '../providers/provider.ts';
import { newApi } from '../test/api.ts';
import { memoryCustomers, newParts, owner } from '../test/api-world.ts';
import { withCustomer } from './customer-of.ts';

const gone = new ProviderFailure('unknown-there', 'no such customer', { param: 'customer' });
const buyer = { owner };

/** Asks for the customer alone; those in `lost` are gone at Stripe. */
const asking = (lost: readonly string[] = [], keep?: () => Promise<void>) => {
  const { parts } = newParts();
  const customers = memoryCustomers();
  const kept: string[] = [];
  const made: (string | undefined)[] = [];
  const asked: string[] = [];
  const stripe = {
    async createCustomer(_: unknown, replaced?: string) {
      made.push(replaced);
      return `cus_${made.length}`;
    },
  };
  const references = { keep: keep ?? (async (_: string, reference: string) => void kept.push(reference)) };
  const run = () =>
    withCustomer({ ...parts, customers, references })(stripe, buyer, async (customer) => {
      asked.push(customer);
      if (lost.includes(customer)) throw gone;
      return customer;
    });
  return { run, customers, kept, made, asked };
};

test('PP8 whose a customer is is kept before it is used; of two made at once the first one is used', async () => {
  const { run, kept } = asking();
  expect([await Promise.all([run(), run()]), kept]).toEqual([
    ['cus_1', 'cus_1'],
    ['cus_1', 'cus_2'],
  ]);
  expect(await run()).toBe('cus_1');
  const unkept = asking([], () => Promise.reject(new Error('not kept')));
  await expect(unkept.run()).rejects.toThrow('not kept');
  expect(await unkept.customers.find(owner)).toBeUndefined();
});

test('PP8 a customer who is gone at Stripe is replaced by a new one, once, and the new one stays', async () => {
  const { run, customers, kept, made } = asking(['cus_0']);
  await customers.keep(owner, 'cus_0');
  expect(await run()).toBe('cus_1');
  expect([made, kept, await customers.find(owner)]).toEqual([['cus_0'], ['cus_1'], 'cus_1']);
  expect(await run()).toBe('cus_1');
  const hopeless = asking(['cus_0', 'cus_1']);
  await hopeless.customers.keep(owner, 'cus_0');
  await expect(hopeless.run()).rejects.toBe(gone);
  expect(hopeless.asked).toEqual(['cus_0', 'cus_1']);
});

test('PP8 who lost their customer at Stripe buys all the same, under keys of the new one; their portal is empty', async () => {
  const { send, script, parts, calls } = newApi();
  await parts.customers.keep(owner, 'cus_0');
  script.lost.add('cus_0');
  for (const body of [{ pack_id: 'small' }, { plan_id: 'plus' }]) {
    const key = JSON.stringify(body);
    for (const _again of [1, 2]) expect((await send('POST', '/v1/checkout', { body, key })).status).toBe(201);
  }
  expect((await send('POST', '/v1/payment-intents', { body: { pack_id: 'small' } })).status).toBe(201);
  const customers = calls.filter(({ method }) => method === 'createCustomer').map(({ asked }) => asked[1]);
  expect([customers, await parts.customers.find(owner)]).toEqual([['cus_0'], 'cus_0-again']);
  const keys = calls.flatMap(({ asked: [request] }) => {
    const { customer, idempotencyKey = '' } = (request ?? {}) as { customer?: string; idempotencyKey?: string };
    return customer === undefined ? [] : [[idempotencyKey, customer] as const];
  });
  // One key is never asked with two customers.
  expect(new Set(keys.map(String)).size).toBe(new Set(keys.map(([key]) => key)).size);
  script.lost.add('cus_0-again');
  expect((await send('POST', '/v1/billing-portal', { body: {} })).body.type).toMatch(/customer-none$/);
});
