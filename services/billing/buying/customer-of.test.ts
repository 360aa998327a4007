import { expect, test } from '@jest/globals';
import { memoryCustomers, newParts, owner } from '../test/api-world.ts';
import { customerOf } from './customer-of.ts';

test('PP8 whose a customer is is kept before it is used; of two made at once the first one is used', async () => {
  const { parts } = newParts();
  const customers = memoryCustomers();
  const kept: string[] = [];
  let made = 0;
  const stripe = {
    async createCustomer() {
      made += 1;
      return `cus_${made}`;
    },
  };
  const references = { keep: async (_: string, reference: string) => void kept.push(reference) };
  const find = customerOf({ ...parts, customers, references });
  const both = await Promise.all([find(stripe, { owner }), find(stripe, { owner })]);
  expect([both, kept]).toEqual([
    ['cus_1', 'cus_1'],
    ['cus_1', 'cus_2'],
  ]);
  expect(await find(stripe, { owner })).toBe('cus_1');
  const refusing = { keep: () => Promise.reject(new Error('not kept')) };
  const fresh = memoryCustomers();
  await expect(customerOf({ customers: fresh, references: refusing })(stripe, { owner })).rejects.toThrow('not kept');
  expect(await fresh.find(owner)).toBeUndefined();
});
