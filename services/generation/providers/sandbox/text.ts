/** A few verses around the words of the request. */
import type { ProviderRequest } from '../provider.ts';
import { pick, type Seed } from './seed.ts';

const openings = ['Here is', 'Listen to', 'Sing along with', 'Dream of', 'Look at'] as const;
const turns = [
  'slow and bright',
  'soft as the evening',
  'clear like water',
  'warm as bread',
  'light on its feet',
] as const;
const endings = ['and stay a while', 'until the morning', 'one more time', 'and all is well'] as const;
const verses = 4;

/** Texts among the parameters, shortened. */
const words = (value: unknown): string[] => {
  if (typeof value === 'string') return [value.slice(0, 60)];
  if (Array.isArray(value)) return value.flatMap(words);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : [];
};

export const write = ({ tool, params }: Pick<ProviderRequest, 'tool' | 'params'>, seed: Seed): string => {
  const themes = words(params);
  const theme = (n: number) => themes[n % Math.max(1, themes.length)] ?? tool.id.replaceAll('-', ' ');
  const verse = (_: unknown, n: number) =>
    `${pick(openings, seed, 3 * n)} ${theme(n)}, ${pick(turns, seed, 3 * n + 1)}, ${pick(endings, seed, 3 * n + 2)}.`;
  return `${Array.from({ length: verses }, verse).join('\n')}\n`;
};
