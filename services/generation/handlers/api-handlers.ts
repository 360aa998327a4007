/** Every route's handler, over what they all stand on. */

import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import type { Handlers } from '#shared/http/route.ts';
import type { Job } from '../domain/job.ts';
import type { JobEvent } from '../domain/job-events.ts';
import type { JobsReadModel } from '../read-models/jobs.ts';
import type { routes } from '../routes.ts';
import type { AssetTable } from '../storage/asset-table.ts';
import type { Failures } from '../storage/failures.ts';
import type { Outputs } from '../storage/outputs.ts';
import type { Plays } from '../storage/plays.ts';
import type { PromptTable } from '../storage/prompt-table.ts';
import type { Uploads } from '../storage/uploads.ts';
import type { Trail } from '../trail/trail-table.ts';
import type { GenerationRejection } from './problems.ts';
import {
  type AdminGenerationsDeps,
  getAppGeneration,
  listAppGenerations,
  refundGeneration,
} from './routes/admin-generations.ts';
import { changeAsset, createAsset, deleteAsset, getAsset, listAssets } from './routes/assets.ts';
import { type CreateGenerationDeps, createGeneration } from './routes/create-generation.ts';
import { listFailures } from './routes/failures.ts';
import { cancelGeneration, getGeneration, listGenerationEvents, listGenerations } from './routes/generations.ts';
import { changeGeneration, deleteGeneration, listVariations, recordPlay } from './routes/library.ts';
import { changePrompt, createPrompt, deletePrompt, getPrompt, listPrompts, type PromptDeps } from './routes/prompts.ts';
import { regenerate } from './routes/regenerate.ts';
import { retryGeneration } from './routes/retry-generation.ts';
import {
  createSavedReply,
  deleteSavedReply,
  getSavedReply,
  listSavedReplies,
  type SavedReplyDeps,
} from './routes/saved-replies.ts';
import type { ShowDeps } from './show-generations.ts';

export interface ApiDependencies
  extends CreateGenerationDeps,
    PromptDeps,
    SavedReplyDeps,
    ShowDeps,
    AdminGenerationsDeps {
  readonly assets: AssetTable;
  readonly uploads: Uploads;
  readonly prompts: PromptTable;
  readonly store: Pick<EventStore<Job, JobEvent>, 'load' | 'read'>;
  readonly jobs: Pick<JobsReadModel, 'list'>;
  readonly outputs: Pick<Outputs, 'copy' | 'remove' | 'signedUrl'>;
  readonly plays: Plays;
  readonly trail: Pick<Trail, 'list'>;
  readonly failures: Pick<Failures, 'list'>;
}

export const apiHandlers = (deps: ApiDependencies): Handlers<typeof routes, GenerationRejection> => ({
  createAsset: createAsset(deps),
  listAssets: listAssets(deps),
  getAsset: getAsset(deps),
  changeAsset: changeAsset(deps),
  deleteAsset: deleteAsset(deps),
  createPrompt: createPrompt(deps),
  listPrompts: listPrompts(deps),
  getPrompt: getPrompt(deps),
  changePrompt: changePrompt(deps),
  deletePrompt: deletePrompt(deps),
  createGeneration: createGeneration(deps),
  listGenerations: listGenerations(deps),
  getGeneration: getGeneration(deps),
  listGenerationEvents: listGenerationEvents(deps),
  cancelGeneration: cancelGeneration(deps),
  changeGeneration: changeGeneration(deps),
  deleteGeneration: deleteGeneration(deps),
  regenerate: regenerate(deps),
  listVariations: listVariations(deps),
  recordPlay: recordPlay(deps),
  createSavedReply: createSavedReply(deps),
  listSavedReplies: listSavedReplies(deps),
  getSavedReply: getSavedReply(deps),
  deleteSavedReply: deleteSavedReply(deps),
  listFailures: listFailures(deps),
  listAppGenerations: listAppGenerations(deps),
  getAppGeneration: getAppGeneration(deps),
  retryGeneration: retryGeneration(deps),
  refundGeneration: refundGeneration(deps),
});
