/** Form bodies with nested names, as Stripe takes them: `items[0][price_data][currency]=usd`. */
export type FormValue = string | readonly FormValue[] | { readonly [name: string]: FormValue };
export type Form = Readonly<Record<string, FormValue>>;

interface Branch {
  [name: string]: string | Branch;
}

const pairLimit = 1_000;
const depthLimit = 8;
/** Would reach into every object. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

export class FormFault extends Error {
  override readonly name = 'FormFault';
}

const pathOf = (name: string): string[] => {
  const [head = '', ...rest] = name.split('[');
  return [head, ...rest.map((part) => part.replace(/\]$/, ''))];
};

/** Objects whose names count from 0 are lists. */
const settle = (branch: Branch): FormValue => {
  const names = Object.keys(branch);
  const values = names.map((name) => {
    const value = branch[name] ?? '';
    return typeof value === 'string' ? value : settle(value);
  });
  if (names.length > 0 && names.every((name, i) => name === String(i))) return values;
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
};

const put = (root: Branch, path: readonly string[], value: string): void => {
  let branch = root;
  path.forEach((part, depth) => {
    const name = part === '' ? String(Object.keys(branch).length) : part;
    if (forbidden.has(name)) throw new FormFault(`Invalid parameter name: ${name}`);
    if (depth === path.length - 1) {
      branch[name] = value;
      return;
    }
    const next = branch[name] ?? {};
    if (typeof next === 'string') throw new FormFault(`${name} is both a value and an object`);
    branch[name] = next;
    branch = next;
  });
};

/** @throws FormFault */
export const parseForm = (text: string): Form => {
  const root: Branch = {};
  let pairs = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    pairs += 1;
    const path = pathOf(name);
    if (pairs > pairLimit || path.length > depthLimit) throw new FormFault('Too many parameters');
    put(root, path, value);
  }
  const settled = settle(root);
  return typeof settled === 'string' || Array.isArray(settled) ? {} : (settled as Form);
};
