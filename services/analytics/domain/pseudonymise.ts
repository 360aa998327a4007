/** Event data as the lake may hold it: by the rules of its type, with pseudonyms in place of ids. */
import * as z from 'zod';
import type { IdPrefix } from '#shared/ids.ts';
import type { ListRule, Rule, Rules } from './kept-fields.ts';

/** The pseudonym of a text, under one user's key: hexadecimal, the same for the same text. */
export type Hash = (text: string) => string;

/** Ids that say what they are and stand for nothing of one user alone: `daily-2026-11-05`, `plan-2026-11`, `topup-202611-1`. */
const readable = /^(?:welcome|daily-\d{4}-\d{2}-\d{2}|plan-\d{4}-\d{2}|topup-\d{6}-\d{1,4})$/;

/** Kinds of our own ids (`shared/ids.ts`). Other letters before a `_` are part of an id that somebody else made, and maybe of a name. */
const kinds: Readonly<Record<IdPrefix, true>> = {
  acc: true,
  gen: true,
  ast: true,
  pay: true,
  sub: true,
  ntf: true,
  prm: true,
  adj: true,
  rpl: true,
  whk: true,
  dlv: true,
};

/**
 * What may stand around the id of something: grants are named after payments (`plan-pay_…`, `reinstated-pay_….r500`), and a refund by the
 * total so far. Such a total stands behind an id of our own alone: elsewhere digits may be anybody's.
 */
const lead = '(?<lead>(?:plan-|reinstated-|dispute-){0,2})';
const ownKind = `(?<kind>(?:${Object.keys(kinds).join('|')})_)`;
const ownTotal = new RegExp(`^${lead}${ownKind}(?<rest>[\\da-f-]{36})(?<tail>\\.[rm]\\d{1,10})$`);
const idShape = new RegExp(`^${lead}${ownKind}?(?<rest>.+)$`, 's');

/** Equal ids give equal pseudonyms, wherever they stand: `plan-pay_7` becomes `plan-` and the pseudonym of `pay_7`. */
export const pseudonymOf = (id: string, hash: Hash): string => {
  if (readable.test(id)) return id;
  const { lead: before = '', kind = '', rest = id, tail = '' } = (ownTotal.exec(id) ?? idShape.exec(id))?.groups ?? {};
  return `${before}${kind}${hash(`${kind}${rest}`)}${tail}`;
};

const code = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]+(?:[_-][a-z0-9]+)*$/);
const short = z.string().max(200);
/** Objects are never kept as they are: their fields have rules. */
const plain = z.union([short, z.number(), z.boolean(), z.array(short).max(100)]);
const fields = z.record(z.string(), z.unknown());
/** A statement of an account's grants is some dozens of rows; a list beyond this is cut. */
const maxItems = 500;

/** Undefined: not in the lake. */
const apply = (rule: Rule, value: unknown, hash: Hash): unknown => {
  if (value === null && rule !== 'drop') return null;
  switch (rule) {
    case 'drop':
      return undefined;
    case 'keep':
      return plain.safeParse(value).data;
    case 'code':
      return code.safeParse(value).data;
    case 'id':
      return typeof value === 'string' ? pseudonymOf(value, hash) : undefined;
  }
  if (isList(rule))
    return Array.isArray(value) ? value.slice(0, maxItems).map((item) => keptOf(rule.each, item, hash)) : undefined;
  return keptOf(rule, value, hash);
};

const isList = (rule: ListRule | Rules): rule is ListRule =>
  typeof rule.each === 'object' && Object.keys(rule).length === 1;

/** What is no object, or has no rule, is left out. */
export const keptOf = (rules: Rules, data: unknown, hash: Hash): Readonly<Record<string, unknown>> => {
  const given = fields.safeParse(data).data ?? {};
  return Object.fromEntries(
    Object.entries(rules).flatMap(([field, rule]) => {
      const kept = Object.hasOwn(given, field) ? apply(rule, given[field], hash) : undefined;
      return kept === undefined ? [] : [[field, kept]];
    }),
  );
};
