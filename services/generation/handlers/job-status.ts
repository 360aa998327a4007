/** The function that credits invokes before it sweeps a hold: `jobStatusRequest` in, `jobStatusAnswer` out. */
import { jobStore } from '../composition.ts';
import { jobHandler } from '../handle-job.ts';
import { tellJobStatus } from '../ledger/job-status.ts';

const store = jobStore();

export const handler = tellJobStatus({ store, handleJob: jobHandler(store), now: () => new Date().toISOString() });
