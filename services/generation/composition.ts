/** Puts generation's parts together for its entries. The only reader of the environment; each entry calls what it needs. */
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { writeExportPart } from '#services/identity/client.ts';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { lambda } from '#shared/aws/lambda.ts';
import { removeItems } from '#shared/aws/remove-items.ts';
import { removeObjects } from '#shared/aws/remove-objects.ts';
import { s3 } from '#shared/aws/s3.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { showAgain } from '#shared/messaging/show-again.ts';
import { createLogger } from '#shared/observability/logger.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { appId } from '#shared/owner.ts';
import type { Job } from './domain/job.ts';
import type { JobEvent } from './domain/job-events.ts';
import { sendOn } from './leaving/message.ts';
import type { JobRow } from './leaving/remove-user.ts';
import { holdCredits } from './ledger/hold-credits.ts';
import { jobsReadModel } from './read-models/jobs.ts';
import { assetTable } from './storage/asset-table.ts';
import { outputFiles } from './storage/outputs.ts';
import { promptTable } from './storage/prompt-table.ts';
import { readyAssets } from './storage/ready-assets.ts';
import { downloads, uploadForms } from './storage/signing.ts';
import { uploadFiles } from './storage/uploads.ts';
import { dispatchJob } from './worker/job-message.ts';

const variables = z.object({
  EVENTS_TABLE: z.string().min(1),
  JOBS_TABLE: z.string().min(1),
  ASSETS_TABLE: z.string().min(1),
  PROMPTS_TABLE: z.string().min(1),
  UPLOADS_BUCKET: z.string().min(1),
  OUTPUTS_BUCKET: z.string().min(1),
  JOBS_QUEUE_URL: z.url(),
  HOLD_FUNCTION: z.string().min(1),
  CATALOG_FUNCTION: z.string().min(1),
  SANDBOX_APPS: z.string().min(1),
  LEAVING_QUEUE_URL: z.url(),
  EXPORTS_BUCKET: z.string().min(1),
  BUS_NAME: z.string().min(1),
});
/** Each function has only the variables that its entry asks for. */
const variable = (name: keyof typeof variables.shape): string =>
  variables.shape[name].parse(process.env[name], { error: () => `environment variable ${name} is missing or wrong` });

export const logger = createLogger('generation');
export const metrics = createMetrics('generation');

export const jobStore = () => dynamoEventStore<Job, JobEvent>(dynamoDb(), variable('EVENTS_TABLE'));
export const jobRows = () => jobsReadModel(dynamoDb(), variable('JOBS_TABLE'));
export const assets = () => assetTable(dynamoDb(), variable('ASSETS_TABLE'));
export const assetsToShow = () => readyAssets(dynamoDb(), variable('ASSETS_TABLE'));
export const prompts = () => promptTable(dynamoDb(), variable('PROMPTS_TABLE'));
export const uploadBucket = () => uploadFiles(s3(), variable('UPLOADS_BUCKET'));
export const outputBucket = () => outputFiles(s3(), variable('OUTPUTS_BUCKET'));
/** The uploads bucket with what it takes to let browsers send and fetch. */
export const signedUploads = () => ({
  ...uploadBucket(),
  ...uploadForms(s3(), variable('UPLOADS_BUCKET')),
  ...downloads(s3(), variable('UPLOADS_BUCKET')),
});
export const signedOutputs = () => downloads(s3(), variable('OUTPUTS_BUCKET'));
export const jobQueue = () => dispatchJob(sqs(), variable('JOBS_QUEUE_URL'));
export const jobRetries = () => showAgain(sqs(), variable('JOBS_QUEUE_URL'));
export const catalog = (): Catalog =>
  catalogClient({
    client: lambda(),
    functionName: variable('CATALOG_FUNCTION'),
    onFailure: (error) => logger.error('catalog not read', { error: error as Error }),
  });
/** A JSON list of app ids. */
export const sandboxApps = () => z.array(appId).parse(JSON.parse(variable('SANDBOX_APPS')));
export const ledger = () => holdCredits(lambda(), variable('HOLD_FUNCTION'), logger);
export const bus = () => ({ client: eventBridge(), bus: variable('BUS_NAME') });
/** All that is a user's, but for the events of jobs. */
export const ownedData = () => ({
  jobRows: removeItems<JobRow>(dynamoDb(), { name: variable('JOBS_TABLE'), sortKey: 'sk', read: ['id', 'status'] }),
  rows: [variable('PROMPTS_TABLE'), variable('ASSETS_TABLE')].map((name) =>
    removeItems(dynamoDb(), { name, sortKey: 'id' }),
  ),
  uploads: removeObjects(s3(), variable('UPLOADS_BUCKET')),
  outputs: removeObjects(s3(), variable('OUTPUTS_BUCKET')),
  sendOn: sendOn(sqs(), variable('LEAVING_QUEUE_URL')),
});
export const exportParts = () => writeExportPart(s3(), variable('EXPORTS_BUCKET'));
