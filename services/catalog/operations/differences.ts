/** Two offers side by side, for somebody who decides whether one may take the other's place. */
import { type AnyOffer, changedPaths, piecesOf, sameJson } from '../domain/changed-paths.ts';

export interface Difference {
  /** As `tools/photo-filter`. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** What is different within it, as `cost.credits 1 → 2`. */
  readonly details: readonly string[];
}

/** A text of some lines stays readable. */
const longest = 60;
const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Field by field; a list is told as one. */
const within = (before: unknown, after: unknown, path: string): string[] => {
  if (sameJson(before, after)) return [];
  if (!isObject(before) || !isObject(after))
    return [`${path === '' ? '' : `${path} `}${shown(before)} → ${shown(after)}`];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields.flatMap((field) => within(before[field], after[field], path === '' ? field : `${path}.${field}`));
};

export const differences = (before: AnyOffer, after: AnyOffer): Difference[] => {
  const [old, next] = [piecesOf(before), piecesOf(after)];
  return changedPaths(before, after).map((path): Difference => {
    if (old.has(path) && next.has(path))
      return { path, kind: 'changed', details: within(old.get(path), next.get(path), '') };
    if (next.has(path)) return { path, kind: 'added', details: [] };
    return old.has(path)
      ? { path, kind: 'removed', details: [] }
      : { path, kind: 'changed', details: ['another order'] };
  });
};

const marks = { added: '+', removed: '-', changed: '~' } as const;
/** Lines at most: the rest is counted. */
const maxLines = 100;

export const differenceLines = (found: readonly Difference[]): string[] => {
  const lines = found.flatMap(({ path, kind, details }) => {
    const head = `  ${marks[kind]} ${path}`;
    return details.length === 1 ? [`${head}  ${details[0]}`] : [head, ...details.map((detail) => `      ${detail}`)];
  });
  return lines.length > maxLines
    ? [...lines.slice(0, maxLines), `  … ${lines.length - maxLines} more lines: --json shows all`]
    : lines;
};
