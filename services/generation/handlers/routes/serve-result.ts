/** Serves a request from the result of an equal, earlier one: its files are copied, so that each job owns its own. */
import { createHash, randomUUID } from 'node:crypto';
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
  readonly outputs: Pick<Outputs, 'copy' | 'remove'>;
}

/** Nothing when a file is gone. */
const copyOutput = async (
  outputs: ServeDeps['outputs'],
  owner: Owner,
  folder: string,
  output: JobOutput,
  index: number,
): Promise<JobOutput | undefined> => {
  const key = outputKey(owner, folder, index, output.contentType);
  if (!(await outputs.copy(output.key, key))) return undefined;
  const { thumbnail, ...rest } = output;
  if (!thumbnail) return { ...rest, key };
  const small = thumbnailKey(owner, folder, index);
  return (await outputs.copy(thumbnail.key, small))
    ? { ...rest, key, thumbnail: { ...thumbnail, key: small } }
    : { ...rest, key };
};

/** Copies that no job came to own. */
export const dropCopies = ({ outputs }: Pick<ServeDeps, 'outputs'>, copies: readonly JobOutput[]): Promise<void> =>
  outputs.remove(copies.flatMap(({ key, thumbnail }) => (thumbnail ? [key, thumbnail.key] : [key])));

/** Nothing when no result is kept, or its files were removed. */
export const serveResult = async (
  { results, outputs }: ServeDeps,
  { owner, jobId, key, at }: { owner: Owner; jobId: string; key: string; at: string },
): Promise<RequestJob['served']> => {
  const found = await results.get(owner, key, at);
  if (!found) return undefined;
  // A folder of its own: a second request under the same key must not touch the first one's files.
  const folder = `${jobId}/${randomUUID().slice(0, 8)}`;
  const copies = await Promise.all(found.outputs.map((one, index) => copyOutput(outputs, owner, folder, one, index)));
  const whole = copies.flatMap((copy) => (copy ? [copy] : []));
  if (whole.length === copies.length) return { from: found.jobId, outputs: whole, usage: found.usage };
  await dropCopies({ outputs }, whole);
  return undefined;
};
