/** What a run costs in the end: its price, or less where the tool is metered. */
import type { Tool } from '#services/catalog/contracts.ts';
import type { Usage } from '../domain/job-events.ts';

/** Nothing when the provider did not tell. */
const unitsOf = (
  unit: NonNullable<Tool['metering']>['unit'],
  { inputTokens, outputTokens, computeMs }: Usage,
  outputs: number,
): number | undefined => {
  switch (unit) {
    case 'input_tokens':
      return inputTokens;
    case 'output_tokens':
      return outputTokens;
    case 'total_tokens':
      return inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens;
    case 'compute_seconds':
      return computeMs === undefined ? undefined : Math.ceil(computeMs / 1_000);
    case 'outputs':
      return outputs;
  }
};

/** In credits, at most the quote. What was used and is not told costs the quote. */
export const meteredCost = (
  { metering }: Pick<Tool, 'metering'>,
  { quote, usage, outputs }: { quote: number; usage: Usage; outputs: number },
): number => {
  if (!metering) return quote;
  const units = unitsOf(metering.unit, usage, outputs);
  if (units === undefined) return quote;
  return Math.min(quote, Math.max(metering.min_credits, Math.ceil(units / metering.units_per_credit)));
};
