/** One item of an offer put or taken away: the offer that comes of it, and where in it the item stands. */
import type { Option, Pack, Plan, Tool } from '../contracts.ts';
import type { AnyOffer } from './changed-paths.ts';

export interface Edited {
  readonly offer: AnyOffer;
  /** Path of the item within the offer, as `['tools', 3]`. */
  readonly place: readonly (string | number)[];
}

/** `undefined`: there is no such item. */
export type Edit = (offer: AnyOffer) => Edited | undefined;

type Identified = { readonly id: string };

const put = <Item extends Identified>(items: readonly Item[] | undefined, item: Item) => {
  const list = [...(items ?? [])];
  const found = list.findIndex(({ id }) => id === item.id);
  const index = found < 0 ? list.length : found;
  list[index] = item;
  return { list, index };
};

const without = <Item extends Identified>(items: readonly Item[] | undefined, id: string): Item[] | undefined =>
  items?.some((item) => item.id === id) ? items.filter((item) => item.id !== id) : undefined;

const optionsOf = ({ options = {} }: AnyOffer, kind: string) =>
  Object.hasOwn(options, kind) ? options[kind] : undefined;

export const putTool =
  (tool: Tool): Edit =>
  (offer) => {
    const { list, index } = put(offer.tools, tool);
    return { offer: { ...offer, tools: list }, place: ['tools', index] };
  };
export const putPlan =
  (plan: Plan): Edit =>
  (offer) => {
    const { list, index } = put(offer.plans, plan);
    return { offer: { ...offer, plans: list }, place: ['plans', index] };
  };
export const putPack =
  (pack: Pack): Edit =>
  (offer) => {
    const { list, index } = put(offer.packs, pack);
    return { offer: { ...offer, packs: list }, place: ['packs', index] };
  };
/** A kind begins with its first option. */
export const putOption =
  (kind: string, option: Option): Edit =>
  (offer) => {
    const { list, index } = put(optionsOf(offer, kind), option);
    return { offer: { ...offer, options: { ...offer.options, [kind]: list } }, place: ['options', kind, index] };
  };

const removed = (list: string, offer: AnyOffer | undefined): Edited | undefined => offer && { offer, place: [list] };

export const deleteTool =
  (id: string): Edit =>
  (offer) => {
    const tools = without(offer.tools, id);
    return removed('tools', tools && { ...offer, tools });
  };
export const deletePlan =
  (id: string): Edit =>
  (offer) => {
    const plans = without(offer.plans, id);
    return removed('plans', plans && { ...offer, plans });
  };
export const deletePack =
  (id: string): Edit =>
  (offer) => {
    const packs = without(offer.packs, id);
    return removed('packs', packs && { ...offer, packs });
  };
/** And ends with its last. */
export const deleteOption =
  (kind: string, id: string): Edit =>
  (offer) => {
    const list = without(optionsOf(offer, kind), id);
    const { [kind]: _, ...others } = offer.options ?? {};
    return removed(
      'options',
      list && { ...offer, options: list.length > 0 ? { ...offer.options, [kind]: list } : others },
    );
  };
