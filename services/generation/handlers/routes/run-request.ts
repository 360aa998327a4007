/** Checks a request to run a tool against the tool: its parameters, its inputs and what it costs. */
import * as z from 'zod';
import { type AppDefinition, type Catalog, costOf, type Tool } from '#services/catalog/contracts.ts';
import { errorsOf, plainWords } from '#shared/http/request.ts';
import { type Refusal, refuse } from '#shared/http/route.ts';
import type { Owner } from '#shared/owner.ts';
import { compiledSchema } from '../../compiled-schema.ts';
import type { newGeneration } from '../../contracts.ts';
import type { JobInput } from '../../domain/job-events.ts';
import type { AssetTable, ReadyAsset } from '../../storage/asset-table.ts';
import type { PromptTable } from '../../storage/prompt-table.ts';
import type { GenerationRejection } from '../problems.ts';

type RunRequest = Pick<z.output<typeof newGeneration>, 'tool' | 'params' | 'inputs' | 'prompt_id'>;
type Invalid = Refusal<'request-invalid'>;
type Refused = Refusal<
  Extract<
    GenerationRejection,
    | 'request-invalid'
    | 'prompt-not-found'
    | 'asset-not-found'
    | 'asset-not-ready'
    | 'catalog-unreachable'
    | 'app-unknown'
  >
>;

export interface CheckDeps {
  readonly catalog: Catalog;
  readonly assets: Pick<AssetTable, 'get'>;
  readonly prompts: Pick<PromptTable, 'get'>;
}

/** A request that can be run, with its price. */
export interface Run {
  readonly tool: Tool;
  readonly params: RunRequest['params'];
  readonly inputs: readonly JobInput[];
  readonly quote: number;
  /** An option is for pro plans only: the ledger, which knows the account's plan, decides. */
  readonly needsPro: boolean;
  /** What the provider is told in place of an option's id, by parameter: as it is now, whatever is changed before the job runs. */
  readonly optionPrompts?: Readonly<Record<string, string>>;
}

const invalid = (pointer: string, detail: string): Invalid =>
  refuse('request-invalid', { detail: `${pointer}: ${detail}`, errors: [{ pointer, detail }] });

const propertiesSchema = z.object({ properties: z.object({ prompt: z.object({ type: z.literal('string') }) }) });
const takesPrompt = ({ params }: Tool): boolean => propertiesSchema.safeParse(params).success;

/** Bytes of a run's parameters at most: room for a kept prompt in any script. Each event carries them, and DynamoDB takes items of 400 KB. */
const maxParamsBytes = 64 * 1024;

/** The text of one of the caller's prompts becomes the tool's parameter `prompt`, and stays so whatever becomes of the prompt. */
const fillPrompt = async (
  prompts: Pick<PromptTable, 'get'>,
  owner: Owner,
  tool: Tool,
  { params, prompt_id: id }: RunRequest,
): Promise<Refused | { params: RunRequest['params'] }> => {
  if (id === undefined) return { params };
  const pointer = '/body/prompt_id';
  if (!takesPrompt(tool)) return invalid(pointer, 'this tool takes no prompt');
  if (params.prompt !== undefined) return invalid(pointer, 'params.prompt is given as well: one of them');
  const found = await prompts.get(owner, id);
  if (!found) return refuse('prompt-not-found', { errors: [{ pointer, detail: 'there is no such prompt' }] });
  return { params: { ...params, prompt: found.text } };
};

const checkParams = (
  tool: Tool,
  given: RunRequest['params'],
  promptPointer: string,
): Refused | { params: RunRequest['params'] } => {
  if (Buffer.byteLength(JSON.stringify(given)) > maxParamsBytes)
    return invalid('/body/params', `must be at most ${maxParamsBytes} bytes`);
  // Neither tables nor providers take it, and nobody means it.
  if (JSON.stringify(given).includes('\\u0000')) return invalid('/body/params', 'holds a NUL');
  const parsed = compiledSchema(tool.params).safeParse(given, plainWords);
  // The tool's schema describes an object, and JSON in gives JSON out.
  if (parsed.success) return { params: parsed.data as RunRequest['params'] };
  const errors = errorsOf('body/params', parsed.error).map(({ pointer, detail }) => ({
    pointer: pointer === '/body/params/prompt' ? promptPointer : pointer,
    detail,
  }));
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  return refuse('request-invalid', { detail: detail.slice(0, 500), errors });
};

/** Parameters that name an option name one that is offered. */
const checkOptions = (
  { options }: Pick<AppDefinition, 'options'>,
  { option_params }: Tool,
  params: RunRequest['params'],
): Refused | Pick<Run, 'needsPro' | 'optionPrompts'> => {
  let needsPro = false;
  const prompts: [parameter: string, prompt: string][] = [];
  for (const [name, kind] of Object.entries(option_params)) {
    const value = params[name];
    if (value === undefined) continue;
    const chosen = options[kind]?.find(({ id, active }) => active && id === value);
    if (!chosen) return invalid(`/body/params/${name}`, `is not one of the options "${kind}"`);
    needsPro ||= chosen.pro;
    if (chosen.prompt !== undefined) prompts.push([name, chosen.prompt]);
  }
  return { needsPro, ...(prompts.length > 0 ? { optionPrompts: Object.fromEntries(prompts) } : {}) };
};

const toInput = ({ id, contentType, bytes, sha256, etag }: ReadyAsset): JobInput => ({
  asset: id,
  contentType,
  bytes,
  sha256,
  etag,
});

const checkInputs = async (
  assets: Pick<AssetTable, 'get'>,
  owner: Owner,
  tool: Tool,
  ids: RunRequest['inputs'],
): Promise<Refused | { inputs: readonly JobInput[] }> => {
  const { min, max } = tool.input.images;
  if (ids.length < min || ids.length > max) {
    const range = min === max ? `${min}` : `${min} to ${max}`;
    return invalid(
      '/body/inputs',
      `this tool takes ${range} image${max === 1 && min === 1 ? '' : 's'}, not ${ids.length}`,
    );
  }
  const inputs: JobInput[] = [];
  const found = await Promise.all(ids.map((id) => assets.get(owner, id)));
  for (const [index, asset] of found.entries()) {
    const pointer = `/body/inputs/${index}`;
    if (!asset) return refuse('asset-not-found', { errors: [{ pointer, detail: 'there is no such asset' }] });
    if (asset.status !== 'ready')
      return refuse('asset-not-ready', { errors: [{ pointer, detail: `is ${asset.status.replace('_', ' ')}` }] });
    inputs.push(toInput(asset));
  }
  return { inputs };
};

export const checkRun = async (
  { catalog, assets, prompts }: CheckDeps,
  owner: Owner,
  request: RunRequest,
): Promise<Refused | Run> => {
  const definition = await catalog.app(owner.app).catch(() => 'unreachable' as const);
  if (definition === 'unreachable') return refuse('catalog-unreachable', { retryAfterSeconds: 2 });
  if (!definition) return refuse('app-unknown');
  const tool = definition.tools.find(({ id, active }) => active && id === request.tool);
  if (!tool) return invalid('/body/tool', `${definition.name} has no such tool`);
  const filled = await fillPrompt(prompts, owner, tool, request);
  if ('rejection' in filled) return filled;
  // What is wrong with a kept prompt's text is said of the prompt.
  const checked = checkParams(tool, filled.params, request.prompt_id ? '/body/prompt_id' : '/body/params/prompt');
  if ('rejection' in checked) return checked;
  const { params } = checked;
  const chosen = checkOptions(definition, tool, params);
  if ('rejection' in chosen) return chosen;
  const files = await checkInputs(assets, owner, tool, request.inputs);
  if ('rejection' in files) return files;
  const quote = costOf(tool, params);
  // Unknown cost: refused, never free.
  if (quote === undefined)
    return invalid(tool.cost.kind === 'fixed' ? '/body/tool' : `/body/params/${tool.cost.parameter}`, 'has no price');
  return { tool, params, inputs: files.inputs, quote, ...chosen };
};
