/** CloudFormation's intrinsic functions, one by one. */

/** What a resource's surroundings give to its intrinsics. */
export interface IntrinsicScope {
  /** Names the place in errors. */
  readonly where: string;
  readonly region: string;
  resolve(value: unknown): unknown;
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): string;
  condition(name: string): boolean;
  mapping(map: string, top: string, second: string): unknown;
  exported(name: string): unknown;
}

/** `AWS::NoValue`: the property is left out. */
export const noValue = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: IntrinsicScope) => unknown;

function list(value: unknown, scope: IntrinsicScope): unknown[] {
  const resolved = scope.resolve(value);
  if (!Array.isArray(resolved)) throw new Error(`${scope.where}: a list was expected`);
  return resolved;
}

function text(value: unknown, scope: IntrinsicScope): string {
  const resolved = scope.resolve(value);
  if (typeof resolved === 'string') return resolved;
  if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
  throw new Error(`${scope.where}: a text was expected`);
}

/** The argument as it stands, for functions whose first part is a name. */
function parts(argument: unknown, count: number, scope: IntrinsicScope): unknown[] {
  if (Array.isArray(argument) && argument.length >= count) return argument;
  throw new Error(`${scope.where}: an intrinsic function has too few arguments`);
}

function substitute(argument: unknown, scope: IntrinsicScope): string {
  const [template, given] = Array.isArray(argument) ? argument : [argument, {}];
  const variables = (given ?? {}) as Record<string, unknown>;
  return String(template).replace(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return text(variables[name], scope);
    const dot = name.indexOf('.');
    return dot < 0 ? String(scope.ref(name)) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
  });
}

function select(argument: unknown, scope: IntrinsicScope): unknown {
  const [index, from] = parts(argument, 2, scope);
  const items = list(from, scope);
  const position = Number(text(index, scope));
  if (position in items) return items[position];
  throw new Error(`${scope.where}: Fn::Select finds no item ${position}`);
}

function findInMap(argument: unknown, scope: IntrinsicScope): unknown {
  const [map, top, second] = parts(argument, 3, scope).map((part) => text(part, scope)) as [string, string, string];
  const value = scope.mapping(map, top, second);
  if (value === undefined) throw new Error(`${scope.where}: the mapping ${map} has no ${top}.${second}`);
  return value;
}

function getAttribute(argument: unknown, scope: IntrinsicScope): string {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return scope.attribute(argument.slice(0, dot), argument.slice(dot + 1));
  }
  const [logicalId, attribute] = parts(argument, 2, scope);
  return scope.attribute(String(logicalId), text(attribute, scope));
}

function choose(argument: unknown, scope: IntrinsicScope): unknown {
  const [condition, yes, no] = parts(argument, 3, scope);
  return scope.resolve(scope.condition(String(condition)) ? yes : no);
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(String(name)),
  Condition: (name, scope) => scope.condition(String(name)),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [separator, items] = parts(argument, 2, scope);
    return list(items, scope).join(text(separator, scope));
  },
  'Fn::Select': select,
  'Fn::Split': (argument, scope) => {
    const [separator, from] = parts(argument, 2, scope);
    return text(from, scope).split(text(separator, scope));
  },
  'Fn::If': choose,
  'Fn::Equals': (argument, scope) => {
    const [a, b] = parts(argument, 2, scope).map((part) => scope.resolve(part));
    return String(a) === String(b);
  },
  'Fn::Not': (argument, scope) => list(argument, scope)[0] !== true,
  'Fn::And': (argument, scope) => list(argument, scope).every((holds) => holds === true),
  'Fn::Or': (argument, scope) => list(argument, scope).some((holds) => holds === true),
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (name, scope) => scope.exported(text(name, scope)),
  'Fn::Base64': (value, scope) => Buffer.from(text(value, scope)).toString('base64'),
  'Fn::GetAZs': (_region, scope) => ['a', 'b', 'c'].map((zone) => `${scope.region}${zone}`),
  'Fn::Length': (value, scope) => list(value, scope).length,
  'Fn::ToJsonString': (value, scope) => JSON.stringify(scope.resolve(value)),
};

/** An object with one key that is `Ref`, `Fn::…`, or a condition's name. A policy's own `Condition` block is an object, not a name. */
export function isIntrinsic(value: object): boolean {
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0) return false;
  if (key === 'Condition') return typeof (value as { Condition: unknown }).Condition === 'string';
  return key === 'Ref' || key.startsWith('Fn::');
}

export function resolveIntrinsic(value: object, scope: IntrinsicScope): unknown {
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  const intrinsic = intrinsics[name];
  if (!intrinsic) throw new Error(`${scope.where}: the local account does not know ${name}`);
  return intrinsic(argument, scope);
}
