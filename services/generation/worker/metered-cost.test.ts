import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Tool } from '#services/catalog/contracts.ts';
import type { Usage } from '../domain/job-events.ts';
import { inWords, world } from '../test/job-world.ts';
import { finished, scripted, setUp } from '../test/providers.ts';
import { meteredCost } from './metered-cost.ts';

type Metering = NonNullable<Tool['metering']>;
const metered = (unit: Metering['unit'], units_per_credit = 100, min_credits = 1): Pick<Tool, 'metering'> => ({
  metering: { unit, units_per_credit, min_credits },
});
const usage: Usage = { inputTokens: 120, outputTokens: 301, computeMs: 2_001 };

describe('X3 what a run costs in the end', () => {
  test.each<[unit: Metering['unit'], per: number, cost: number]>([
    ['input_tokens', 100, 2],
    ['output_tokens', 100, 4],
    ['total_tokens', 100, 5],
    ['compute_seconds', 1, 3],
    ['outputs', 1, 2],
  ])('by %s, a credit for each %d, begun ones included: %d', (unit, per, cost) =>
    expect(meteredCost(metered(unit, per), { quote: 9, usage, outputs: 2 })).toBe(cost),
  );

  test('at least the least', () =>
    expect(meteredCost(metered('output_tokens', 1_000, 3), { quote: 9, usage, outputs: 1 })).toBe(3));
  test('a tool that is not metered costs its quote', () =>
    expect(meteredCost({}, { quote: 9, usage, outputs: 1 })).toBe(9));
  test.each<Metering['unit']>(['input_tokens', 'output_tokens', 'total_tokens', 'compute_seconds'])(
    '%s that the provider does not tell cost the quote',
    (unit) => expect(meteredCost(metered(unit), { quote: 9, usage: {}, outputs: 1 })).toBe(9),
  );

  test('I4 never more than the quote, whatever was used', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('input_tokens', 'output_tokens', 'total_tokens', 'compute_seconds', 'outputs' as const),
        fc.nat(20),
        fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat(), computeMs: fc.nat() }, { requiredKeys: [] }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.nat(30),
        (unit, quote, used, per, min) => {
          const cost = meteredCost(metered(unit as Metering['unit'], per, min), { quote, usage: used, outputs: 1 });
          expect(Number.isInteger(cost) && cost >= 0 && cost <= quote).toBe(true);
        },
      ),
    ));

  test('is what the job is charged, and the usage stays with it', async () => {
    const { provider } = scripted('sandbox', { starts: [finished('done', { outputTokens: 150 })] });
    const here = await world(['m'], inWords(metered('output_tokens')), { providersOf: setUp(provider) });
    await here.run();
    expect(await here.job()).toMatchObject({ status: 'completed', quote: 4, cost: 2, usage: { outputTokens: 150 } });
  });
});
