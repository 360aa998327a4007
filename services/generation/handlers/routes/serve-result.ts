/** Serves a request from the result of an equal, earlier one: its files are copied, so that each job owns its own. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Owner } from '#shared/owner.ts';
import type { RequestJob } from '../../domain/job-commands.ts';
import type { JobOutput } from '../../domain/job-events.ts';
import { type Outputs, outputKey, thumbnailKey } from '../../storage/outputs.ts';
import type { ResultCache } from '../../storage/result-cache.ts';
import type { Run } from './run-request.ts';

/** Equal for requests whose results can stand for each other: same files, same words, same way of making it. */
export const cacheKeyOf = ({ tool, params, optionPrompts, inputs }: Run): string => {
  const { id, instruction, result_schema, providers } = tool;
  const images = inputs.map(({ sha256 }) => sha256);
  const parts = { id, instruction, result_schema, providers, params, optionPrompts, images };
  return createHash('sha256')
    .update(canonicalize(JSON.parse(JSON.stringify(parts))) ?? '')
    .digest('hex');
};

export interface ServeDeps {
  readonly results: Pick<ResultCache, 'get'>;
  readonly outputs: Pick<Outputs, 'copy'>;
}

/** Nothing when a file is gone. */
const copyOutput = async (
  outputs: ServeDeps['outputs'],
  owner: Owner,
  jobId: string,
  output: JobOutput,
  index: number,
): Promise<JobOutput | undefined> => {
  const key = outputKey(owner, jobId, index, output.contentType);
  if (!(await outputs.copy(output.key, key))) return undefined;
  const { thumbnail, ...rest } = output;
  if (!thumbnail) return { ...rest, key };
  const small = thumbnailKey(owner, jobId, index);
  return (await outputs.copy(thumbnail.key, small))
    ? { ...rest, key, thumbnail: { ...thumbnail, key: small } }
    : { ...rest, key };
};

/** Nothing when no result is kept, or its files were removed. */
export const serveResult = async (
  { results, outputs }: ServeDeps,
  { owner, jobId, key, at }: { owner: Owner; jobId: string; key: string; at: string },
): Promise<RequestJob['served']> => {
  const found = await results.get(owner, key, at);
  if (!found) return undefined;
  const copies = await Promise.all(found.outputs.map((one, index) => copyOutput(outputs, owner, jobId, one, index)));
  const whole = copies.flatMap((copy) => (copy ? [copy] : []));
  return whole.length === copies.length ? { from: found.jobId, outputs: whole, usage: found.usage } : undefined;
};
