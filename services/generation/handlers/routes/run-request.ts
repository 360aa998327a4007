/** Checks a request to run a tool against the tool: its parameters, its inputs and what it costs. */
import * as z from 'zod';
import { type AppDefinition, type Catalog, costOf, type Tool } from '#services/catalog/contracts.ts';
import { errorsOf } from '#shared/http/request.ts';
import { type Refusal, refuse } from '#shared/http/route.ts';
import type { Owner } from '#shared/owner.ts';
import type { newGeneration } from '../../contracts.ts';
import type { JobInput } from '../../domain/job-events.ts';
import type { AssetTable, ReadyAsset } from '../../storage/asset-table.ts';
import type { GenerationRejection } from '../problems.ts';

type RunRequest = z.output<typeof newGeneration>;
type Refused = Refusal<GenerationRejection>;

/** A request that can be run, with its price. */
export interface Run {
  readonly tool: Tool;
  readonly params: RunRequest['params'];
  readonly inputs: readonly JobInput[];
  readonly quote: number;
  /** An option is for pro plans only: the ledger, which knows the account's plan, decides. */
  readonly needsPro: boolean;
}

const invalid = (pointer: string, detail: string): Refused =>
  refuse('request-invalid', { detail: `${pointer}: ${detail}`, errors: [{ pointer, detail }] });

/** Making a schema costs more than using it, and definitions live as long as the process. */
const schemas = new WeakMap<Tool, z.ZodType>();
const paramsSchema = (tool: Tool): z.ZodType => {
  const known = schemas.get(tool);
  if (known) return known;
  const schema = z.fromJSONSchema(tool.params as Parameters<typeof z.fromJSONSchema>[0]);
  schemas.set(tool, schema);
  return schema;
};

/** Bytes of a run's parameters at most: they are stored with the job, and DynamoDB takes items of 400 KB. */
const maxParamsBytes = 16 * 1024;

const checkParams = (tool: Tool, given: RunRequest['params']): Refused | { params: RunRequest['params'] } => {
  if (Buffer.byteLength(JSON.stringify(given)) > maxParamsBytes)
    return invalid('/body/params', `must be at most ${maxParamsBytes} bytes`);
  const parsed = paramsSchema(tool).safeParse(given);
  // The tool's schema describes an object, and JSON in gives JSON out.
  if (parsed.success) return { params: parsed.data as RunRequest['params'] };
  const errors = errorsOf('body/params', parsed.error);
  const detail = errors.map((error) => `${error.pointer}: ${error.detail}`).join('; ');
  return refuse('request-invalid', { detail: detail.slice(0, 500), errors });
};

/** Parameters that name an option name one that is offered. */
const checkOptions = (
  { options }: Pick<AppDefinition, 'options'>,
  { option_params }: Tool,
  params: RunRequest['params'],
): Refused | { needsPro: boolean } => {
  let needsPro = false;
  for (const [name, kind] of Object.entries(option_params)) {
    const value = params[name];
    if (value === undefined) continue;
    const chosen = options[kind]?.find(({ id, active }) => active && id === value);
    if (!chosen) return invalid(`/body/params/${name}`, `is not one of the options "${kind}"`);
    needsPro ||= chosen.pro;
  }
  return { needsPro };
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
    return invalid('/body/inputs', `this tool takes ${range} images, ${ids.length} were given`);
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
  { catalog, assets }: { catalog: Catalog; assets: Pick<AssetTable, 'get'> },
  owner: Owner,
  request: RunRequest,
): Promise<Refused | Run> => {
  const definition = await catalog.app(owner.app).catch(() => 'unreachable' as const);
  if (definition === 'unreachable') return refuse('catalog-unreachable', { retryAfterSeconds: 2 });
  if (!definition) return refuse('app-unknown');
  const tool = definition.tools.find(({ id, active }) => active && id === request.tool);
  if (!tool) return invalid('/body/tool', `${definition.name} has no such tool`);
  const checked = checkParams(tool, request.params);
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
  return { tool, params, inputs: files.inputs, quote, needsPro: chosen.needsPro };
};
