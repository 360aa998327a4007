/** A mapping's event filters: a record passes when any pattern matches it. */
import * as z from 'zod';
import { compilePattern } from './event-pattern.ts';

export const filterCriteria = z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).optional();

export function compileFilters(criteria: z.output<typeof filterCriteria>): (record: unknown) => boolean {
  const patterns = (criteria?.Filters ?? []).map(({ Pattern }) => compilePattern(JSON.parse(Pattern)));
  return (record) => patterns.length === 0 || patterns.some((matches) => matches(record));
}
