/** What an app lets its users run, and what one run costs. */
import * as z from 'zod';
import { credits, type Fault, i18nKey, idsOf, pictureUrl, slug } from './basics.ts';
import type { Option } from './option.ts';
import { wordingFaults } from './wording.ts';

/** What one run costs: always the same, or by the value of one parameter. */
export const toolCost = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), credits }),
  z.strictObject({ kind: z.literal('by-parameter'), parameter: z.string(), credits: z.record(z.string(), credits) }),
]);

export const providerChoice = z.strictObject({
  provider: slug,
  /** Tried in order: the next one when a model is missing, overloaded or failing. */
  models: z.array(z.string().min(1).max(100)).min(1).max(8),
  /**
   * What these models take, where it is not what the provider's adapter sends by itself. Texts in it may hold placeholders
   * (`{instruction}`, `{scene_preset}`); `{image}` and `{images}` alone stand for the URLs of the inputs. Not public.
   */
  input: z.record(z.string().max(100), z.json()).optional(),
});

/** What a run really costs, where that follows from what it used: at most the price, which is what is held. */
export const metering = z.strictObject({
  unit: z.enum(['input_tokens', 'output_tokens', 'total_tokens', 'compute_seconds', 'outputs']),
  /** One credit for each so many, begun ones included. */
  units_per_credit: z.int().min(1).max(1_000_000_000),
  min_credits: credits,
});

export const outputKind = z.enum(['image', 'audio', 'video', 'text', 'json']);

/** `1e999` is read as infinity, and has no place in a text or a digest. */
const isWritable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).every(isWritable)
    : typeof value !== 'number' || Number.isFinite(value);

export const tool = z.strictObject({
  id: slug,
  type: z.enum(['TRANSFORMATION', 'FILTER', 'ANALYSIS', 'GENERATION']),
  name_key: i18nKey,
  description_key: i18nKey,
  icon_name: z.string().max(60),
  cover_image_url: pictureUrl.optional(),
  /** An inactive tool is not listed and cannot be run. */
  active: z.boolean(),
  sort_order: z.int(),
  input: z.strictObject({ images: z.strictObject({ min: z.int().min(0).max(8), max: z.int().min(0).max(8) }) }),
  output: outputKind,
  /** JSON Schema of the tool's parameters: an object that takes no others. */
  params: z
    .looseObject({ type: z.literal('object'), additionalProperties: z.literal(false) })
    .refine(isWritable, 'holds a number that JSON cannot write'),
  /** Parameters whose value is the id of an active option, by parameter: the option's kind. */
  option_params: z.record(z.string().max(100), slug),
  cost: toolCost,
  metering: metering.optional(),
  /**
   * What a model is told. `{name}` stands for a parameter, worded; a line whose parameters are all missing is left out. Without
   * one a model is told the parameters, line by line. Not public.
   */
  instruction: z.string().min(1).max(8_000).optional(),
  /** JSON Schema of the result of a tool whose output is JSON. Not public. */
  result_schema: z.record(z.string(), z.json()).optional(),
  providers: z.array(providerChoice).min(1).max(4),
  /** How long a result answers the same request again, without a charge. 0: never. */
  cache_seconds: z.int().min(0).max(604_800),
  /** A job that has not ended by then fails and costs nothing. A dead worker's job is taken over after 70 s, so less would be too little for that. */
  deadline_seconds: z.int().min(180).max(3_600),
});
export type Tool = z.infer<typeof tool>;

const textSchema = z.object({ type: z.literal('string') });
const enumerated = z.object({ enum: z.array(z.string()) });
const parametersOf = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

/** A price by parameter holds only if every value that passes the parameter's schema has one. */
const costFaults = ({ cost, params }: Tool): Fault[] => {
  if (cost.kind === 'fixed') return [];
  const { parameter, credits } = cost;
  const parsed = parametersOf.safeParse(params);
  const values = enumerated.safeParse(parsed.data?.properties[parameter]).data?.enum;
  if (values === undefined) return [[['cost', 'parameter'], `"${parameter}" is not a parameter with an enum`]];
  const faults: Fault[] = [];
  if (!parsed.data?.required.includes(parameter))
    faults.push([['params', 'required'], `"${parameter}" sets the price and must be required`]);
  for (const value of values)
    if (!Object.hasOwn(credits, value)) faults.push([['cost', 'credits', value], 'has no price']);
  for (const value of Object.keys(credits))
    if (!values.includes(value)) faults.push([['cost', 'credits', value], `is not a value of "${parameter}"`]);
  return faults;
};

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
type OptionsByKind = Readonly<Record<string, readonly Pick<Option, 'id'>[]>>;

const optionsOf = (options: OptionsByKind, kind: string) => (Object.hasOwn(options, kind) ? options[kind] : undefined);

/** @throws for a schema that refers to what is not there, or to itself without an end. */
const refusedOptions = (schema: object, { $schema, $defs, definitions }: Tool['params'], ids: readonly string[]) => {
  const value = z.fromJSONSchema({ ...schema, $schema, $defs, definitions } as JsonSchema);
  return ids.filter((id) => !value.safeParse(id).success).map((id) => `"${id}"`);
};

/** A parameter that takes an option is a text of the schema; its kind exists, and the schema lets every option of it pass. */
const optionFaults = ({ params, option_params }: Tool, options: OptionsByKind): Fault[] => {
  const properties = parametersOf.safeParse(params).data?.properties ?? {};
  return Object.entries(option_params).flatMap(([name, kind]): Fault[] => {
    const path = ['option_params', name];
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!textSchema.safeParse(schema).success) return [[path, `"${name}" is not a parameter of type string`]];
    const list = optionsOf(options, kind);
    if (!list) return [[path, `there are no options "${kind}"`]];
    try {
      const refused = refusedOptions(schema as object, params, idsOf(list));
      return refused.length > 0 ? [[path, `the parameter's schema refuses the options ${refused.join(', ')}`]] : [];
    } catch {
      return [[path, "the parameter's schema cannot be read"]];
    }
  });
};

/** A schema that cannot be read would refuse every run. One that refers to itself without an end shows it only when it is used. */
const schemaFaults = ({ params }: Tool): Fault[] => {
  const names = Object.keys(parametersOf.safeParse(params).data?.properties ?? {});
  try {
    z.fromJSONSchema(params as JsonSchema).safeParse(Object.fromEntries(names.map((name) => [name, ''])));
    return [];
  } catch (error) {
    const why = error instanceof RangeError ? 'it refers to itself without an end' : (error as Error).message;
    return [[['params'], `is not a JSON Schema: ${why}`]];
  }
};

/** A parameter that is required and never described is one that no request can send: every run would be refused. */
const requiredFaults = ({ params }: Tool): Fault[] => {
  const { properties = {}, required = [] } = parametersOf.safeParse(params).data ?? {};
  return required
    .filter((name) => !Object.hasOwn(properties, name))
    .map((name): Fault => [['params', 'required'], `"${name}" is not among the properties`]);
};

export const toolFaults = (tool: Tool, options: OptionsByKind): Fault[] => {
  const { min, max } = tool.input.images;
  const unreadable = schemaFaults(tool);
  if (unreadable.length > 0) return unreadable;
  const range: Fault[] = min > max ? [[['input', 'images', 'min'], 'is more than max']] : [];
  const parameters = Object.keys(parametersOf.safeParse(tool.params).data?.properties ?? {});
  return [
    ...range,
    ...requiredFaults(tool),
    ...costFaults(tool),
    ...optionFaults(tool, options),
    ...wordingFaults(tool, parameters),
  ];
};

/** What this run of a tool costs. Nothing when the parameter names no price: such a run is refused, never free. */
export const costOf = ({ cost }: Tool, params: Readonly<Record<string, unknown>>): number | undefined => {
  if (cost.kind === 'fixed') return cost.credits;
  const value = params[cost.parameter];
  return typeof value === 'string' && Object.hasOwn(cost.credits, value) ? cost.credits[value] : undefined;
};
