/** What a tool tells a model: an instruction, and what a model takes, with placeholders for the run's parameters. */
import * as z from 'zod';
import type { Fault } from './basics.ts';
import type { Tool } from './tool.ts';

/** `{name}`, as it stands in an instruction or in what a model takes. */
export const placeholder = /\{([a-z][a-z0-9_]*)\}/gi;

/** The parameters that a text names. */
export const namesIn = (text: string): string[] => [...text.matchAll(placeholder)].map(([, name = '']) => name);

/** Every text in a value, with where it stands. */
const textsIn = (
  value: unknown,
  path: readonly (string | number)[],
): [path: readonly (string | number)[], text: string][] => {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    textsIn(one, [...path, Array.isArray(value) ? Number(name) : name]),
  );
};

const unknownNames = (known: readonly string[], path: readonly (string | number)[], text: string): Fault[] =>
  namesIn(text)
    .filter((name) => !known.includes(name))
    .map((name): Fault => [path, `"{${name}}" is not a parameter`]);

const resultFaults = ({ output, result_schema: schema }: Tool): Fault[] => {
  if (!schema) return [];
  if (output !== 'json') return [[['result_schema'], 'is for tools whose output is JSON']];
  try {
    z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse({});
    return [];
  } catch (error) {
    const why = error instanceof RangeError ? 'it refers to itself without an end' : (error as Error).message;
    return [[['result_schema'], `is not a JSON Schema: ${why}`]];
  }
};

/** A misspelt placeholder would tell a model nothing, and nobody would notice. */
export const wordingFaults = (tool: Tool, parameters: readonly string[]): Fault[] => {
  const { instruction = '', providers } = tool;
  const known = [...parameters, 'instruction', 'image', 'images'];
  return [
    ...unknownNames(parameters, ['instruction'], instruction),
    ...providers.flatMap(({ input }, index) =>
      textsIn(input, ['providers', index, 'input']).flatMap(([path, text]) => unknownNames(known, path, text)),
    ),
    ...resultFaults(tool),
  ];
};
