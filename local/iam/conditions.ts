/** IAM's condition operators, those that policies here use. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
import { matchesWildcard } from './wildcard.ts';

/** Values by condition key; several for a key such as `dynamodb:LeadingKeys`. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

type Comparison = (actual: string, wanted: string) => boolean;

const equal: Comparison = (actual, wanted) => actual === wanted;
const like: Comparison = (actual, wanted) => matchesWildcard(wanted, actual);
const not =
  (comparison: Comparison): Comparison =>
  (actual, wanted) =>
    !comparison(actual, wanted);

/** A negated operator must hold for every wanted value, any other for one. */
const operators: Readonly<Record<string, { compare: Comparison; negated: boolean }>> = {
  StringEquals: { compare: equal, negated: false },
  StringNotEquals: { compare: not(equal), negated: true },
  StringEqualsIgnoreCase: {
    compare: (actual, wanted) => equal(actual.toLowerCase(), wanted.toLowerCase()),
    negated: false,
  },
  StringLike: { compare: like, negated: false },
  StringNotLike: { compare: not(like), negated: true },
  ArnEquals: { compare: like, negated: false },
  ArnLike: { compare: like, negated: false },
  ArnNotEquals: { compare: not(like), negated: true },
  ArnNotLike: { compare: not(like), negated: true },
  Bool: { compare: (actual, wanted) => equal(actual.toLowerCase(), wanted.toLowerCase()), negated: false },
};

function parse(operator: string) {
  const [, quantifier, name = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(.+?)(IfExists)?$/.exec(operator) ?? [];
  const known = operators[name];
  if (!known) throw new Error(`the condition operator ${operator} is not known to the local account`);
  return { ...known, quantifier, ifExists: ifExists !== undefined };
}

const toTexts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);

function holds(operator: string, wanted: readonly string[], actual: readonly string[] | undefined): boolean {
  const { compare, negated, quantifier, ifExists } = parse(operator);
  const one = (value: string) =>
    negated ? wanted.every((want) => compare(value, want)) : wanted.some((want) => compare(value, want));
  // Without the key, `ForAllValues` holds (there is no value that differs), as do negations and `…IfExists`.
  if (actual === undefined || actual.length === 0) return quantifier === 'ForAllValues:' || negated || ifExists;
  return quantifier === 'ForAllValues:' ? actual.every(one) : actual.some(one);
}

/** @throws Error on an operator or a policy variable that is not known here. */
export function conditionsHold(
  conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  context: RequestContext,
): boolean {
  const given = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), toTexts(value)]));
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, toTexts(wanted), given.get(key.toLowerCase()))),
  );
}

/** @throws Error on the first operator that is not known here: asked before a policy is ever needed. */
export function checkOperators(conditions: Readonly<Record<string, unknown>>): void {
  for (const operator of Object.keys(conditions)) parse(operator);
}
