/** Generation's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import {
  assets,
  assetsToShow,
  catalog,
  jobRows,
  jobStore,
  ledger,
  logger,
  metrics,
  prompts,
  signedOutputs,
  signedUploads,
} from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { routes } from '../routes.ts';
import { problems } from './problems.ts';
import { createAsset, deleteAsset, getAsset, listAssets } from './routes/assets.ts';
import { createGeneration } from './routes/create-generation.ts';
import { cancelGeneration, getGeneration, listGenerationEvents, listGenerations } from './routes/generations.ts';
import { changePrompt, createPrompt, deletePrompt, getPrompt, listPrompts } from './routes/prompts.ts';

const store = jobStore();
const handleJob = jobHandler(store);
const files = { assets: assets(), uploads: signedUploads() };
const kept = { ...files, prompts: prompts(), readyAssets: assetsToShow() };
const outputs = signedOutputs();

export const handler = apiFunction({
  routes,
  problems,
  logger,
  metrics,
  handlers: {
    createAsset: createAsset(files),
    listAssets: listAssets(files),
    getAsset: getAsset(files),
    deleteAsset: deleteAsset(files),
    createPrompt: createPrompt(kept),
    listPrompts: listPrompts(kept),
    getPrompt: getPrompt(kept),
    changePrompt: changePrompt(kept),
    deletePrompt: deletePrompt(kept),
    createGeneration: createGeneration({
      catalog: catalog(),
      assets: files.assets,
      prompts: kept.prompts,
      store,
      handleJob,
      holdCredits: ledger(),
    }),
    listGenerations: listGenerations({ jobs: jobRows(), outputs }),
    getGeneration: getGeneration({ store, outputs }),
    listGenerationEvents: listGenerationEvents({ store }),
    cancelGeneration: cancelGeneration({ handleJob }),
  },
});
