/** What is different between two offers, named piece by piece: `welcome_credits`, `tools/photo-filter`, `options/hairstyle/bob`. */
import type { AppOffer } from '../contracts.ts';
import { maxChanged } from './offer.ts';

/** An offer of another version of Tessera may lack a field. */
export type AnyOffer = Partial<AppOffer>;

export interface Changes {
  readonly changed: string[];
  readonly truncated: boolean;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Equal as JSON; the order of an object's fields does not count. */
export const sameJson = (one: unknown, other: unknown): boolean => {
  if (!isObject(one) || !isObject(other)) return Object.is(one, other);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]))
  );
};

type Identified = readonly { readonly id: string }[];

const lists = ({ plans = [], packs = [], tools = [], options = {} }: AnyOffer): [string, Identified][] => [
  ['plans', plans],
  ['packs', packs],
  ['tools', tools],
  ...Object.entries(options).map(([kind, list]): [string, Identified] => [`options/${kind}`, list]),
];

/** The parts that a change is told by, and what each of them is. */
export const piecesOf = (offer: AnyOffer): Map<string, unknown> => {
  const { name, welcome_credits, default_plan, allowances, locales, texts = {} } = offer;
  const pieces = new Map<string, unknown>();
  for (const [path, value] of Object.entries({ name, welcome_credits, default_plan, allowances, locales }))
    if (value !== undefined) pieces.set(path, value);
  for (const [path, list] of lists(offer)) for (const item of list) pieces.set(`${path}/${item.id}`, item);
  for (const [locale, byKey] of Object.entries(texts))
    for (const [key, text] of Object.entries(byKey)) pieces.set(`texts/${locale}/${key}`, text);
  return pieces;
};

/** Lists whose items stand in another order; an item more or less is told of by itself. */
const reordered = (before: AnyOffer, after: AnyOffer): string[] => {
  const earlier = new Map(lists(before));
  return lists(after).flatMap(([path, list]) => {
    const ids = list.map(({ id }) => id);
    const idsBefore = (earlier.get(path) ?? []).map(({ id }) => id);
    const staying = ids.filter((id) => idsBefore.includes(id));
    return sameJson(
      staying,
      idsBefore.filter((id) => ids.includes(id)),
    )
      ? []
      : [path];
  });
};

export const changedPaths = (before: AnyOffer, after: AnyOffer): string[] => {
  const [old, next] = [piecesOf(before), piecesOf(after)];
  const paths = [...new Set([...next.keys(), ...old.keys()])];
  return [
    ...paths.filter((path) => old.has(path) !== next.has(path) || !sameJson(old.get(path), next.get(path))),
    ...reordered(before, after),
  ];
};

/** Bounded, for events: the first ones stand for the rest. */
export const changesBetween = (before: AnyOffer, after: AnyOffer): Changes => {
  const changed = changedPaths(before, after);
  return { changed: changed.slice(0, maxChanged), truncated: changed.length > maxChanged };
};
