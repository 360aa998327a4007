/** X12 the price of a million generations: what is committed is what the counted calls and the price list give. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { costOf, type Question, usesOf, type Way } from './price.ts';
import { type Inputs, readInputs } from './read.ts';
import { billOf } from './report.ts';
import { runCost } from './run.ts';

let inputs: Inputs;
beforeAll(async () => {
  inputs = await readInputs();
});

const run = async (...args: readonly string[]) => {
  const told: string[] = [];
  const code = await runCost(args, { print: (text) => void told.push(text), complain: (text) => void told.push(text) });
  return { code, text: told.join('\n') };
};

const million: Question = { generations: 1_000_000, usersOnline: 0, outputKilobytes: 0 };

test('X12 what npm run cost prints is what cost/expected.txt says: "npm run -s cost > cost/expected.txt" after a change that is meant', async () => {
  const expected = await readFile(join(import.meta.dirname, 'expected.txt'), 'utf8');
  expect(await run()).toEqual({ code: 0, text: expected.trimEnd() });
});

test('X12 a million generations stay below 200 dollars, and no part of Tessera costs more than its budget', () => {
  const { total, owners } = billOf(inputs, { ...million, usersOnline: 1_000, outputKilobytes: 2 });
  expect(Math.max(total.asking, total.realtime)).toBeLessThan(200);
  const budgets: Readonly<Record<string, number>> = {
    generation: 115,
    notifications: 38,
    platform: 20,
    analytics: 4,
    admin: 10,
    credits: 14,
    webhooks: 2,
    identity: 2,
  };
  expect(owners.filter(({ owner, usd }) => Math.max(usd.asking, usd.realtime) > (budgets[owner] ?? 0))).toEqual([]);
});

test('by hand: writes, reads and compute of the counted calls', () => {
  const uses = usesOf('asking', inputs.profile, { ...inputs.assumptions, looks: { asking: 0, realtime: 0 } }, million);
  const usd = (name: string) =>
    uses.filter((use) => use.name === name).reduce((sum, use) => sum + costOf(use, inputs.priceList).usd, 0);
  const units = Object.values(inputs.profile.generation.functions);
  const sum = (of: 'readUnits' | 'writeUnits') => units.reduce((total, counts) => total + (counts[of] ?? 0), 0);
  expect(usd('writeUnit')).toBeCloseTo(sum('writeUnits') * 0.625, 6);
  // The lake reads half a unit of each event's user.
  const lake = inputs.profile.generation.lakeRecords * 0.5;
  expect(usd('readUnit')).toBeCloseTo((sum('readUnits') + lake) * 0.125, 6);
  // The worker: 1,769 MB for three seconds.
  expect(usd('lambdaX86')).toBeCloseTo((1_769 / 1_024) * 3 * 16.6667, 3);
});

test('the table by line and the one by service add up to the same total', () => {
  const counts = fc.record({
    generations: fc.integer({ min: 0, max: 1e9 }),
    usersOnline: fc.integer({ min: 0, max: 1e6 }),
    outputKilobytes: fc.integer({ min: 0, max: 1e6 }),
  });
  fc.assert(
    fc.property(counts, fc.constantFrom<Way>('asking', 'realtime'), (question, way) => {
      const { lines, owners, total } = billOf(inputs, question);
      const add = (parts: readonly { readonly usd: Readonly<Record<Way, number>> }[]) =>
        parts.reduce((sum, { usd }) => sum + usd[way], 0);
      for (const sum of [add(lines), add(owners)])
        expect(Math.abs(sum - total[way])).toBeLessThanOrEqual(1e-9 * total[way]);
    }),
  );
});

test('twice the generations cost twice as much; an open socket costs what a minute of it costs', () => {
  const { total } = billOf(inputs, million);
  expect(billOf(inputs, { ...million, generations: 2_000_000 }).total.realtime).toBeCloseTo(2 * total.realtime, 6);
  const online = billOf(inputs, { ...million, usersOnline: 1_000 }).total;
  expect(online.realtime - total.realtime).toBeCloseTo(10.8, 6);
  expect(online.asking).toBe(total.asking);
});

test('options are read, and refused by name', async () => {
  const { code, text } = await run('--generations', '2000000', '--users-online', '0', '--worker-ms', '0', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toMatchObject({ question: { generations: 2_000_000, usersOnline: 0 } });
  expect(JSON.parse(text).lines.map(({ price }: { price: string }) => price)).not.toContain('lambdaX86');
  expect(await run('--generations', 'many')).toEqual({
    code: 2,
    text: 'cost: --generations takes a number from 0 to 1000000000000, not "many"',
  });
  expect(await run('--cheap')).toMatchObject({ code: 2, text: expect.stringContaining('--cheap') });
  expect(await run('more')).toMatchObject({ code: 2, text: 'cost: cost takes no "more"' });
});

test('X12 a month that nobody uses: every alarm, dashboard, polled queue and secret of the templates', async () => {
  const { code, text } = await run('--standing', '--json');
  expect(code).toBe(0);
  const costs = JSON.parse(text) as { name: string; quantity: number; usd: number }[];
  expect(costs.map(({ name }) => name)).toEqual(['alarm', 'dashboard', 'queueRequest', 'secret']);
  expect(costs.every(({ quantity, usd }) => quantity > 0 && usd > 0)).toBe(true);
  // Five polls of twenty seconds for each of some forty queues.
  expect((costs[2]?.quantity ?? 0) / 648_000).toBeGreaterThan(30);
}, 60_000);
