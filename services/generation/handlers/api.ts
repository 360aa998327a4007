/** Generation's API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import {
  appJobRows,
  assets,
  assetsToShow,
  audit,
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
import { apiHandlers } from './api-handlers.ts';
import { problems } from './problems.ts';

const store = jobStore();

export const handler = apiFunction({
  routes,
  problems,
  logger,
  metrics,
  audit: audit(),
  handlers: apiHandlers({
    store,
    handleJob: jobHandler(store),
    catalog: catalog(),
    holdCredits: ledger(),
    assets: assets(),
    readyAssets: assetsToShow(),
    uploads: signedUploads(),
    outputs: { ...outputBucket(), ...signedOutputs() },
    prompts: prompts(),
    jobs: jobRows(),
    appJobs: appJobRows(),
    results: results(),
    trail: trail(),
    plays: plays(),
    savedReplies: replies(),
    failures: failures(),
  }),
});
