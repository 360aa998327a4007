/** Generation's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import {
  assets,
  assetsToShow,
  catalog,
  failures,
  jobRows,
  jobStore,
  ledger,
  logger,
  metrics,
  outputBucket,
  plays,
  prompts,
  replies,
  results,
  signedOutputs,
  signedUploads,
  trail,
} from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { routes } from '../routes.ts';
import { problems } from './problems.ts';
import { changeAsset, createAsset, deleteAsset, getAsset, listAssets } from './routes/assets.ts';
import { createGeneration } from './routes/create-generation.ts';
import { listFailures } from './routes/failures.ts';
import { cancelGeneration, getGeneration, listGenerationEvents, listGenerations } from './routes/generations.ts';
import { changeGeneration, deleteGeneration, listVariations, recordPlay } from './routes/library.ts';
import { changePrompt, createPrompt, deletePrompt, getPrompt, listPrompts } from './routes/prompts.ts';
import { regenerate } from './routes/regenerate.ts';
import { createSavedReply, deleteSavedReply, getSavedReply, listSavedReplies } from './routes/saved-replies.ts';

const store = jobStore();
const handleJob = jobHandler(store);
const files = { assets: assets(), uploads: signedUploads() };
const kept = { ...files, prompts: prompts(), readyAssets: assetsToShow() };
const outputs = { ...outputBucket(), ...signedOutputs() };
const show = { outputs, plays: plays() };
const library = { ...show, store, handleJob, jobs: jobRows() };
const runs = {
  catalog: catalog(),
  assets: files.assets,
  prompts: kept.prompts,
  store,
  handleJob,
  holdCredits: ledger(),
  results: results(),
  outputs,
};
const saved = { savedReplies: replies(), store };

export const handler = apiFunction({
  routes,
  problems,
  logger,
  metrics,
  handlers: {
    createAsset: createAsset(files),
    listAssets: listAssets(files),
    getAsset: getAsset(files),
    changeAsset: changeAsset(files),
    deleteAsset: deleteAsset(files),
    createPrompt: createPrompt(kept),
    listPrompts: listPrompts(kept),
    getPrompt: getPrompt(kept),
    changePrompt: changePrompt(kept),
    deletePrompt: deletePrompt(kept),
    createGeneration: createGeneration(runs),
    listGenerations: listGenerations(library),
    getGeneration: getGeneration(library),
    listGenerationEvents: listGenerationEvents({ trail: trail(), store }),
    cancelGeneration: cancelGeneration({ handleJob }),
    changeGeneration: changeGeneration(library),
    deleteGeneration: deleteGeneration(library),
    regenerate: regenerate(runs),
    listVariations: listVariations(library),
    recordPlay: recordPlay(library),
    createSavedReply: createSavedReply(saved),
    listSavedReplies: listSavedReplies(saved),
    getSavedReply: getSavedReply(saved),
    deleteSavedReply: deleteSavedReply(saved),
    listFailures: listFailures({ failures: failures() }),
  },
});
