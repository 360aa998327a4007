/**
 * Brings runs of before an app moved here into its users' libraries, with their files: each is one event, and nothing is queued,
 * charged or told for it. A run that is here, or was removed by its owner, stays as it is.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { derivedId } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';
import { jobStream } from '../domain/job.ts';
import type { JobEvent, JobOutput } from '../domain/job-events.ts';
import type { HandleJob } from '../handle-job.ts';
import { maxOutputs } from '../providers/provider.ts';
import type { OutputFiles } from '../storage/outputs.ts';
import { type StoreOutputs, storeOutputs } from '../storage/store-outputs.ts';

export const importActor = 'system:import';

type Facts = Extract<JobEvent, { type: 'JobImported' }>;

/** A result: a file of this machine, or what the old table itself held. */
export type ImportedFile =
  | { readonly kind: JobOutput['kind']; readonly file: string; readonly title?: string | undefined }
  | { readonly kind: 'json'; readonly value: unknown };

export interface ImportedJob extends Omit<Facts, 'type' | 'outputs'> {
  readonly owner: Owner;
  /** As the old table named it. */
  readonly oldId: string;
  readonly files: readonly ImportedFile[];
}

export interface ImportJobDeps {
  readonly handle: HandleJob;
  readonly isThere: (stream: string) => Promise<boolean>;
  readonly store: StoreOutputs;
  readonly correlationId: string;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

/** The same old id is the same generation, for ever. */
export const importedJobId = ({ app, user }: Owner, oldId: string) => derivedId('gen', app, user, 'import', oldId);

/** Checks and stores files of this machine as those of providers are: by their content, with a thumbnail. */
export const storeImported = (outputs: Pick<OutputFiles, 'put'>): StoreOutputs =>
  storeOutputs({
    outputs,
    async fetchPublic(address) {
      const path = fileURLToPath(address);
      const { size } = await stat(path);
      const bytes = createReadStream(path);
      return { contentType: undefined, contentLength: size, bytes };
    },
  });

const maxStoreMs = 120_000;

const outputsOf = async ({ store }: ImportJobDeps, { owner, oldId, files }: ImportedJob): Promise<JobOutput[]> => {
  const [first] = files;
  if (!first) return [];
  const produced = files.slice(0, maxOutputs).map((file) =>
    'file' in file
      ? {
          kind: file.kind,
          url: pathToFileURL(file.file).href,
          ...(file.title === undefined ? {} : { title: file.title }),
        }
      : { kind: file.kind, contentType: 'application/json', bytes: Buffer.from(JSON.stringify(file.value)) },
  );
  return store(produced, {
    owner,
    folder: `${importedJobId(owner, oldId)}/imported`,
    kind: first.kind,
    signal: AbortSignal.timeout(maxStoreMs),
    onStore: () => undefined,
  });
};

/** @throws ProviderError for files that are not what they should be, or the error of whoever reads or stores them. */
export const importJob = async (deps: ImportJobDeps, told: ImportedJob): Promise<'written' | 'unchanged'> => {
  const { owner, oldId, files: _, ...facts } = told;
  const stream = jobStream(owner, importedJobId(owner, oldId));
  if (await deps.isThere(stream)) return 'unchanged';
  const outputs = await outputsOf(deps, told);
  const meta = { actor: importActor, correlationId: deps.correlationId };
  const handled = await deps.handle(stream, { type: 'ImportJob', at: deps.now(), facts: { ...facts, outputs } }, meta);
  return handled.accepted && handled.events.length > 0 ? 'written' : 'unchanged';
};
