/** Prefixes of objects, with the expressions that Firehose evaluates: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html */

export type Values = Readonly<Record<string, string>>;

const expression = /!\{([^}]*)\}/g;

/** What stands before the first expression. */
export const fixedPart = (prefix: string): string => prefix.split('!{')[0] ?? '';

/** @param values By expression, as in `partitionKeyFromLambda:app`. Undefined when one has none or an empty one. */
export function evaluate(prefix: string, values: Values): string | undefined {
  const missing = [...prefix.matchAll(expression)].some(([, name = '']) => !values[name]);
  return missing ? undefined : prefix.replaceAll(expression, (_all, name: string) => values[name] ?? '');
}

/** `<stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid>`. */
export const objectName = (stream: string, at: Date, id: string): string =>
  `${stream}-1-${at.toISOString().slice(0, 19).replace(/[T:]/g, '-')}-${id}`;
