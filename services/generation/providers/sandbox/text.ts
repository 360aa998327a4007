/** Verses around the words of the request, built as songs are: verses, and a chorus that comes again. */
import { pick, type Seed, type Subject } from './seed.ts';

const openings = ['Here is', 'Listen to', 'Sing along with', 'Dream of', 'Look at'] as const;
const turns = [
  'slow and bright',
  'soft as the evening',
  'clear like water',
  'warm as bread',
  'light on its feet',
] as const;
const endings = ['and stay a while', 'until the morning', 'one more time', 'and all is well'] as const;
const linesInVerse = 3;
const linesInChorus = 2;

/** Texts among the parameters, shortened. */
const words = (value: unknown): string[] => {
  if (typeof value === 'string') return [value.slice(0, 60).replaceAll(/\s+/g, ' ').trim()];
  if (Array.isArray(value)) return value.flatMap(words);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(words) : [];
};

/** The n-th line about the request. */
export const lineOf = ({ tool, params }: Pick<Subject, 'tool' | 'params'>, seed: Seed): ((n: number) => string) => {
  const texts = words(params);
  // What was written says more than what was chosen from a list.
  const written = texts.filter((one) => one.includes(' '));
  const themes = written.length > 0 ? written : texts;
  const theme = (n: number) => themes[n % Math.max(1, themes.length)] ?? tool.id.replaceAll('-', ' ');
  return (n) =>
    `${pick(openings, seed, 3 * n)} ${theme(n)}, ${pick(turns, seed, 3 * n + 1)}, ${pick(endings, seed, 3 * n + 2)}.`;
};

export const write = (subject: Pick<Subject, 'tool' | 'params'>, seed: Seed): string => {
  const line = lineOf(subject, seed);
  const part = (name: string, from: number, lines: number) =>
    [`[${name}]`, ...Array.from({ length: lines }, (_, n) => line(from + n))].join('\n');
  const chorus = part('Chorus', linesInVerse, linesInChorus);
  const second = part('Verse 2', linesInVerse + linesInChorus, linesInVerse);
  return `${[part('Verse 1', 0, linesInVerse), chorus, second, chorus].join('\n\n')}\n`;
};
