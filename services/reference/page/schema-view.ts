/** A schema as a list of fields; what has a name of its own is a link to where it is shown. */
import type { Json } from '../document.ts';
import { Html, html, inlineMarkdown } from './html.ts';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const nameOf = (reference: unknown): string => String(reference).replace(/^.*\//, '');

const joined = (parts: readonly Html[], by: string): Html => new Html(parts.map(({ text }) => text).join(by));

/** `gen_…` says it better than the pattern of an id. */
const idPrefix = (pattern: unknown): string | undefined => /^\^\(?([a-z]{3}_)/.exec(String(pattern))?.[1];

/** @example `string`, `Plan[]`, `"now" | "period_end"`, `integer | null` */
export const typeView = (schema: Json): Html => {
  if (schema.$ref !== undefined) return html`<a href="#schema-${nameOf(schema.$ref)}">${nameOf(schema.$ref)}</a>`;
  if ('const' in schema) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (Array.isArray(schema.enum))
    return joined(
      schema.enum.map((word: unknown) => html`<code>${JSON.stringify(word)}</code>`),
      ' | ',
    );
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (Array.isArray(choices)) return joined(choices.filter(isObject).map(typeView), ' | ');
  if (schema.type === 'array') {
    const item = isObject(schema.items) ? typeView(schema.items) : html`any`;
    return item.text.includes(' | ') ? html`(${item})[]` : html`${item}[]`;
  }
  if (schema.type === 'object' && !isObject(schema.properties))
    return html`{ [key]: ${isObject(schema.additionalProperties) ? typeView(schema.additionalProperties) : 'any'} }`;
  const prefix = idPrefix(schema.pattern);
  if (prefix !== undefined) return html`<code>${prefix}…</code>`;
  const types = Array.isArray(schema.type) ? schema.type.join(' | ') : String(schema.type ?? 'any');
  return html`${schema.format === undefined ? types : `${types} (${String(schema.format)})`}`;
};

const bounds = ({
  minimum,
  maximum,
  minLength,
  maxLength,
  minItems,
  maxItems,
  pattern,
  default: usual,
}: Json): string[] => {
  const range = (from: unknown, to: unknown, unit: string): string[] => {
    if (from === undefined && to === undefined) return [];
    if (from === undefined) return [`at most ${String(to)}${unit}`];
    return to === undefined ? [`at least ${String(from)}${unit}`] : [`${String(from)} to ${String(to)}${unit}`];
  };
  const isPlainPattern = pattern !== undefined && idPrefix(pattern) === undefined && String(pattern).length < 80;
  return [
    ...range(minimum, maximum, ''),
    ...range(minLength, maxLength, ' characters'),
    ...range(minItems, maxItems, ' items'),
    ...(isPlainPattern ? [`matches ${String(pattern)}`] : []),
    ...(usual === undefined ? [] : [`default ${JSON.stringify(usual)}`]),
  ];
};

export const limitsView = (schema: Json): Html | undefined => {
  const all = bounds(schema);
  return all.length === 0 ? undefined : html`<span class="limits">${all.join(', ')}</span>`;
};

/** Objects without a name are shown where they stand, so deep at most. */
const maxDepth = 4;

/** The object whose fields are shown below the line: itself, or what a list holds. */
const innerObject = (schema: Json): Json | undefined => {
  if (isObject(schema.properties)) return schema;
  return isObject(schema.items) ? innerObject(schema.items) : undefined;
};

const choicesOf = (schema: Json): readonly Json[] => {
  const choices = schema.oneOf ?? schema.anyOf;
  return Array.isArray(choices) ? choices.filter(isObject).filter((choice) => isObject(choice.properties)) : [];
};

const fieldView = (name: string, schema: Json, { required, depth }: { required: boolean; depth: number }): Html => {
  const inner = innerObject(schema);
  const isNested = inner !== undefined && depth < maxDepth;
  const type = inner === undefined ? typeView(schema) : html`${schema.type === 'array' ? 'object[]' : 'object'}`;
  return html`<li><code class="field">${name}</code> <span class="type">${type}</span>${required ? '' : html` <span class="optional">optional</span>`} ${limitsView(schema)}${
    typeof schema.description === 'string' ? html`<div class="said">${inlineMarkdown(schema.description)}</div>` : ''
  }${isNested ? fieldsView(inner, depth + 1) : choicesOf(schema).map((choice) => fieldsView(choice, depth + 1))}</li>`;
};

export const fieldsView = (schema: Json, depth = 0): Html => {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return html`<ul class="fields">${fields.map(([name, field]) =>
    isObject(field) ? fieldView(name, field, { required: required.includes(name), depth }) : '',
  )}</ul>`;
};

/** A whole schema: its fields, its choices, or its type alone. */
export const schemaView = (schema: Json): Html => {
  if (isObject(schema.properties)) return fieldsView(schema);
  const choices = choicesOf(schema);
  if (choices.length > 0)
    return joined(
      choices.map((choice) => fieldsView(choice)),
      '<p class="or">or</p>',
    );
  const inner = innerObject(schema);
  return html`<p class="type">${typeView(schema)} ${limitsView(schema)}</p>${inner === undefined ? '' : fieldsView(inner)}`;
};
