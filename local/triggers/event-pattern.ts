/**
 * EventBridge's event patterns, also used by Lambda's event filters: every field of the pattern must match, a field matches when
 * any of its listed values does, and a list in the event matches when any of its elements does.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { compileMatcher } from './event-pattern-values.ts';

/** Given the places of the event the pattern is about: one, or each element of a list, or none when absent. */
type NodeMatcher = (node: unknown) => boolean;

const matcherKeys = new Set([
  'prefix',
  'suffix',
  'equals-ignore-case',
  'wildcard',
  'anything-but',
  'numeric',
  'exists',
  'cidr',
]);
/** Patterns nest a few levels; this only stops a mistake. */
const depthLimit = 50;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAlternatives = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) &&
  value.length > 1 &&
  value.every((one) => isObject(one) && !Object.keys(one).some((key) => matcherKeys.has(key)));

/** The scalars of a field: nested lists are flattened; an object or an empty list is no leaf, so nothing. */
function leaves(value: unknown): unknown[] {
  if (value === undefined || isObject(value)) return [];
  return Array.isArray(value) ? value.flatMap(leaves) : [value];
}

function compileLeaf(name: string, pattern: readonly unknown[]): NodeMatcher {
  if (pattern.length === 0) throw new Error(`${name}: an empty list matches nothing`);
  const matchers = pattern.map((one) => {
    try {
      return compileMatcher(one);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`);
    }
  });
  return (value) => {
    const values = leaves(value);
    return matchers.some((matches) => matches(values));
  };
}

function compileField(name: string, pattern: unknown, depth: number): NodeMatcher {
  if (Array.isArray(pattern)) return compileLeaf(name, pattern);
  if (isObject(pattern)) return compileObject(name, pattern, depth + 1);
  throw new Error(`${name}: a field is matched by a list or an object, not ${JSON.stringify(pattern)}`);
}

function compileObject(path: string, pattern: Record<string, unknown>, depth: number): NodeMatcher {
  if (depth > depthLimit) throw new Error(`${path}: nested deeper than ${depthLimit}`);
  if (Object.keys(pattern).length === 0) throw new Error(`${path || 'the pattern'} is empty`);
  const checks = Object.entries(pattern).map(([key, value]): ((node: Record<string, unknown>) => boolean) => {
    const name = path ? `${path}.${key}` : key;
    if (key === '$or' && isAlternatives(value)) {
      const alternatives = value.map((one) => compileObject(path, one, depth + 1));
      return (node) => alternatives.some((matches) => matches(node));
    }
    const matches = compileField(name, value, depth);
    return (node) => matches(Object.hasOwn(node, key) ? node[key] : undefined);
  });
  const matchesNode: NodeMatcher = (node) => {
    // All fields must hold within one element of a list of objects, not across elements.
    if (Array.isArray(node)) return node.length === 0 ? matchesNode({}) : node.some(matchesNode);
    const fields = isObject(node) ? node : {};
    return checks.every((check) => check(fields));
  };
  return matchesNode;
}

/** Throws on a pattern that EventBridge would refuse, naming the field. */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  if (!isObject(pattern)) throw new Error('a pattern is an object');
  return compileObject('', pattern, 0);
}
