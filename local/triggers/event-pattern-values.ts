/** EventBridge's matchers for one value of an event: the leaves of a pattern. */
import { isIP } from 'node:net';
import { compileWildcard } from './wildcard.ts';

/** Given the values of one field, none when it is absent; says whether the field matches. */
export type FieldMatcher = (values: readonly unknown[]) => boolean;
type ValueMatcher = (value: unknown) => boolean;

const any =
  (matches: ValueMatcher): FieldMatcher =>
  (values) =>
    values.some(matches);

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(operator: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new Error(`${operator} takes a string, not ${JSON.stringify(operand)}`);
  return operand;
}

const onText =
  (matches: (value: string) => boolean): ValueMatcher =>
  (value) =>
    typeof value === 'string' && matches(value);

/** `prefix` and `suffix` take a string or `{ "equals-ignore-case": … }`. */
function affix(operator: 'prefix' | 'suffix', operand: unknown): ValueMatcher {
  const has = (value: string, part: string) => (operator === 'prefix' ? value.startsWith(part) : value.endsWith(part));
  if (isObject(operand) && Object.keys(operand).length === 1 && 'equals-ignore-case' in operand) {
    const part = text(operator, operand['equals-ignore-case']).toLowerCase();
    return onText((value) => has(value.toLowerCase(), part));
  }
  const part = text(operator, operand);
  return onText((value) => has(value, part));
}

function textMatcher(operator: string, operand: unknown): ValueMatcher | undefined {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return affix(operator, operand);
    case 'equals-ignore-case': {
      const wanted = text(operator, operand).toLowerCase();
      return onText((value) => value.toLowerCase() === wanted);
    }
    case 'wildcard':
      return onText(compileWildcard(text(operator, operand)));
    default:
      return undefined;
  }
}

/** EventBridge compares numbers between −5 and +5 billion. */
const numericLimit = 5_000_000_000;
const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

function numeric(operand: unknown): ValueMatcher {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw new Error('numeric takes [operator, number] or [lower operator, number, upper operator, number]');
  }
  const checks: ((value: number) => boolean)[] = [];
  for (let i = 0; i < operand.length; i += 2) {
    const compare = comparisons[String(operand[i])];
    const bound: unknown = operand[i + 1];
    if (!compare) throw new Error(`numeric knows no operator ${JSON.stringify(operand[i])}`);
    if (typeof bound !== 'number' || Math.abs(bound) > numericLimit)
      throw new Error(`numeric takes numbers within ±${numericLimit}`);
    checks.push((value) => compare(value, bound));
  }
  if (operand.length === 4 && !(/^>/.test(String(operand[0])) && /^</.test(String(operand[2])))) {
    throw new Error('a numeric range is written lower bound first');
  }
  return (value) => typeof value === 'number' && checks.every((check) => check(value));
}

/** The address as bits, and whether it is of version 6. */
function addressBits(address: string): bigint | undefined {
  if (isIP(address) === 4) return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
  if (isIP(address) !== 6 || address.includes('.') || address.includes('%')) return undefined;
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function cidr(operand: unknown): ValueMatcher {
  const [address = '', length = ''] = text('cidr', operand).split('/');
  const network = addressBits(address);
  const width = isIP(address) === 4 ? 32 : 128;
  if (network === undefined || !/^\d{1,3}$/.test(length) || Number(length) > width) {
    throw new Error(`cidr takes an address and a mask length, not ${JSON.stringify(operand)}`);
  }
  const shift = BigInt(width - Number(length));
  return onText((value) => {
    const bits = addressBits(value);
    return bits !== undefined && isIP(value) === isIP(address) && bits >> shift === network >> shift;
  });
}

/** A field must be present for `anything-but` to match. */
function anythingBut(operand: unknown): ValueMatcher {
  if (isObject(operand)) {
    const [operator, ...more] = Object.keys(operand);
    if (!operator || more.length > 0) throw new Error('anything-but takes one operator');
    const operands: unknown = operand[operator];
    const refused = (Array.isArray(operands) ? operands : [operands]).map((one) => textMatcher(operator, one));
    if (refused.length === 0 || refused.includes(undefined))
      throw new Error(`anything-but knows no operator ${operator}`);
    return (value) => !refused.some((matches) => matches?.(value));
  }
  const refused: unknown[] = Array.isArray(operand) ? operand : [operand];
  const kinds = new Set(refused.map((value) => typeof value));
  if (
    refused.length === 0 ||
    kinds.size !== 1 ||
    !refused.every((value) => typeof value === 'string' || typeof value === 'number')
  ) {
    throw new Error('anything-but takes strings or numbers, not both');
  }
  return (value) => isScalar(value) && !(refused as unknown[]).includes(value);
}

function operatorMatcher(pattern: Record<string, unknown>): FieldMatcher {
  const [operator, ...more] = Object.keys(pattern);
  if (operator === undefined || more.length > 0)
    throw new Error(`a matcher has one operator, not ${JSON.stringify(pattern)}`);
  const operand = pattern[operator];
  switch (operator) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new Error('exists takes true or false');
      return (values) => values.length > 0 === operand;
    case 'anything-but':
      return any(anythingBut(operand));
    case 'numeric':
      return any(numeric(operand));
    case 'cidr':
      return any(cidr(operand));
    default: {
      const matches = textMatcher(operator, operand);
      if (!matches) throw new Error(`unknown operator ${JSON.stringify(operator)}`);
      return any(matches);
    }
  }
}

/** One entry of a leaf's list: a scalar that must be equal in type and value, or an operator. */
export function compileMatcher(pattern: unknown): FieldMatcher {
  if (isScalar(pattern)) return any((value) => value === pattern);
  if (isObject(pattern)) return operatorMatcher(pattern);
  throw new Error(`a matcher is a scalar or an object, not ${JSON.stringify(pattern)}`);
}
