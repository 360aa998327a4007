/** Puts a run into words: the tool's instruction, and what a model takes, with the run's parameters in their places. */
import { namesIn, placeholder, type Tool } from '#services/catalog/contracts.ts';

type Values = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

const has = (values: Values, name: string): boolean => Object.hasOwn(values, name) && textOf(values[name]) !== '';

/** What stands in a parameter is put in once and not looked at again: a user's braces are a user's text. */
const fill = (template: string, values: Values): string =>
  template.replaceAll(placeholder, (_, name: string) => (has(values, name) ? textOf(values[name]) : ''));

/**
 * The tool's instruction, worded; a line is left out when it names parameters and none of them is given. A tool without an
 * instruction tells its parameters: a prompt as it is, others by name.
 */
export const instructionOf = ({ instruction }: Pick<Tool, 'instruction'>, worded: Values): string => {
  if (instruction === undefined)
    return Object.entries(worded)
      .filter(([name]) => has(worded, name))
      .map(([name, value]) => (name === 'prompt' ? textOf(value) : `${name.replaceAll('_', ' ')}: ${textOf(value)}`))
      .join('\n');
  return instruction
    .split('\n')
    .filter((line) => {
      const names = namesIn(line);
      return names.length === 0 || names.some((name) => has(worded, name));
    })
    .map((line) => fill(line, worded))
    .join('\n')
    .trim();
};

/** Bounds how deep a definition's input may be nested. */
const maxDepth = 8;

/**
 * What a model takes, as the definition says it. A text that is one placeholder becomes the value itself, with its type, and
 * disappears when there is none; `{image}` and `{images}` are the URLs of the inputs.
 */
export const inputOf = (
  template: Values | undefined,
  { worded, instruction, images }: { worded: Values; instruction: string; images: readonly string[] },
): Values | undefined => {
  if (!template) return undefined;
  const values: Values = { ...worded, instruction, image: images[0], images: images.length > 0 ? images : undefined };
  const filled = (value: unknown, depth: number): unknown => {
    if (depth > maxDepth) throw new Error('a model input is nested too deep');
    if (typeof value === 'string') {
      const [name] = namesIn(value);
      return name !== undefined && value === `{${name}}` ? values[name] : fill(value, values);
    }
    if (Array.isArray(value)) return value.map((one) => filled(one, depth + 1)).filter((one) => one !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, one]) => [name, filled(one, depth + 1)] as const)
        .filter(([, one]) => one !== undefined),
    );
  };
  return filled(template, 0) as Values;
};
