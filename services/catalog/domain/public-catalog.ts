/** What of an app's definition everybody may see: never its issuers, providers, models or prompts, and nothing that is inactive. */
import type { AppDefinition, Option, Tool } from '../contracts.ts';

type Ordered = { readonly id: string; readonly active: boolean; readonly sort_order: number };

const inOrder = <Item extends Ordered>(items: readonly Item[]): Item[] =>
  items.filter(({ active }) => active).sort((a, b) => a.sort_order - b.sort_order || (a.id < b.id ? -1 : 1));

const publicTool = ({ active, providers, deadline_seconds, instruction, result_schema, ...shown }: Tool) => shown;
const publicOption = ({ active, prompt, ...shown }: Option) => shown;

/** Tools in their order. */
export const publicTools = ({ tools }: Pick<AppDefinition, 'tools'>) => inOrder(tools).map(publicTool);

/** Nothing for a kind that there is not. `gender`: those for it, and those for anybody. */
export const publicOptions = (
  { options }: Pick<AppDefinition, 'options'>,
  kind: string,
  { gender, category }: { readonly gender?: Option['gender']; readonly category?: string | undefined } = {},
) => {
  const list = Object.hasOwn(options, kind) ? options[kind] : undefined;
  return list
    ? inOrder(list)
        .filter((option) => gender === undefined || option.gender === undefined || option.gender === gender)
        .filter((option) => category === undefined || option.category === category)
        .map(publicOption)
    : undefined;
};

const publicAllowances = ({ allowances, tools }: Pick<AppDefinition, 'allowances' | 'tools'>) =>
  allowances.filter(({ tool }) => tools.some(({ id, active }) => id === tool && active));

/** The same for every language: names are translation keys. */
export const publicCatalog = (definition: AppDefinition) => {
  const { id, name, zone, welcome_credits, default_plan, plans, packs, locales } = definition;
  return {
    id,
    name,
    zone,
    welcome_credits,
    default_plan,
    plans,
    allowances: publicAllowances(definition),
    packs,
    tools: publicTools(definition),
    locales,
  };
};

/** A language's texts, without those that would tell of what is inactive. Nothing for a language that there is not. */
export const publicTexts = (
  { tools, options, texts }: Pick<AppDefinition, 'tools' | 'options' | 'texts'>,
  locale: string,
): Readonly<Record<string, string>> | undefined => {
  if (!Object.hasOwn(texts, locale)) return undefined;
  const keys = (active: boolean) => [
    ...tools
      .filter((tool) => tool.active === active)
      .flatMap(({ name_key, description_key }) => [name_key, description_key]),
    ...Object.values(options).flatMap((list) =>
      list.filter((option) => option.active === active).map(({ name_key }) => name_key),
    ),
  ];
  const shown = new Set(keys(true));
  const hidden = new Set(keys(false).filter((key) => !shown.has(key)));
  return Object.fromEntries(Object.entries(texts[locale] ?? {}).filter(([key]) => !hidden.has(key)));
};
