/** Puts generation's parts together for its entries. The only reader of the environment; each entry calls what it needs. */
import { ResourceNotFoundException } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { catalogClient } from '#services/catalog/client.ts';
import type { Catalog } from '#services/catalog/contracts.ts';
import { writeExportPart } from '#services/identity/client.ts';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { lambda } from '#shared/aws/lambda.ts';
import { once } from '#shared/aws/once.ts';
import { removeItems } from '#shared/aws/remove-items.ts';
import { removeObjects } from '#shared/aws/remove-objects.ts';
import { s3 } from '#shared/aws/s3.ts';
import { s3Compatible } from '#shared/aws/s3-compatible.ts';
import { readSecret } from '#shared/aws/secrets-manager.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { type ShowAgain, showAgain } from '#shared/messaging/show-again.ts';
import { publicHttp, publicOr } from '#shared/net/public-http.ts';
import { createLogger } from '#shared/observability/logger.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { appId } from '#shared/owner.ts';
import { callbackUrl, readCallback } from './callbacks/callback-url.ts';
import type { Job } from './domain/job.ts';
import type { JobEvent } from './domain/job-events.ts';
import { sendOn } from './leaving/message.ts';
import type { JobRow } from './leaving/remove-user.ts';
import { holdCredits } from './ledger/hold-credits.ts';
import { everyProvider } from './providers/every-provider.ts';
import { type Openings, providersOf } from './providers/registry.ts';
import { taskProviders } from './providers/task-providers.ts';
import { appJobs } from './read-models/app-jobs.ts';
import { jobsReadModel } from './read-models/jobs.ts';
import { assetTable } from './storage/asset-table.ts';
import { failureLog, removeFailures } from './storage/failures.ts';
import { outputFiles } from './storage/outputs.ts';
import { playsTable } from './storage/plays.ts';
import { promptTable } from './storage/prompt-table.ts';
import { readyAssets } from './storage/ready-assets.ts';
import { resultCache } from './storage/result-cache.ts';
import { savedReplies } from './storage/saved-replies.ts';
import { downloads, uploadForms } from './storage/signing.ts';
import { storeOutputs } from './storage/store-outputs.ts';
import { uploadFiles } from './storage/uploads.ts';
import { archiveBucket } from './trail/archive-bucket.ts';
import { trailTable } from './trail/trail-table.ts';
import { sendFollow } from './worker/follow-message.ts';
import { dispatchJob } from './worker/job-message.ts';

const variables = z.object({
  EVENTS_TABLE: z.string().min(1),
  JOBS_TABLE: z.string().min(1),
  ASSETS_TABLE: z.string().min(1),
  TRAIL_TABLE: z.string().min(1),
  PROMPTS_TABLE: z.string().min(1),
  SAVED_REPLIES_TABLE: z.string().min(1),
  PLAYS_TABLE: z.string().min(1),
  FAILURES_TABLE: z.string().min(1),
  UPLOADS_BUCKET: z.string().min(1),
  ARCHIVE_BUCKET: z.string().min(1),
  OUTPUTS_BUCKET: z.string().min(1),
  CALLABLE_HOSTS: z.string().min(1),
  JOBS_QUEUE_URL: z.url(),
  PAYING_JOBS_QUEUE_URL: z.url(),
  FOLLOW_QUEUE_URL: z.url(),
  RESULTS_TABLE: z.string().min(1),
  CALLBACKS: z.string().min(1),
  PUBLIC_URL: z.url(),
  HOLD_FUNCTION: z.string().min(1),
  CATALOG_FUNCTION: z.string().min(1),
  SANDBOX_APPS: z.string().min(1),
  LEAVING_QUEUE_URL: z.url(),
  EXPORTS_BUCKET: z.string().min(1),
  BUS_NAME: z.string().min(1),
  AUDIT_QUEUE_URL: z.url(),
});
/** Each function has only the variables that its entry asks for. */
const variable = (name: keyof typeof variables.shape): string =>
  variables.shape[name].parse(process.env[name], { error: () => `environment variable ${name} is missing or wrong` });

export const logger = createLogger('generation');
export const metrics = createMetrics('generation');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'generation');

export const jobStore = () => dynamoEventStore<Job, JobEvent>(dynamoDb(), variable('EVENTS_TABLE'));
export const jobRows = () => jobsReadModel(dynamoDb(), variable('JOBS_TABLE'));
export const appJobRows = () => appJobs(dynamoDb(), variable('JOBS_TABLE'));
export const assets = () => assetTable(dynamoDb(), variable('ASSETS_TABLE'));
export const trail = () => trailTable(dynamoDb(), variable('TRAIL_TABLE'));
export const trailArchive = () => archiveBucket(s3(), variable('ARCHIVE_BUCKET'));
export const assetsToShow = () => readyAssets(dynamoDb(), variable('ASSETS_TABLE'));
export const prompts = () => promptTable(dynamoDb(), variable('PROMPTS_TABLE'));
export const replies = () => savedReplies(dynamoDb(), variable('SAVED_REPLIES_TABLE'));
export const plays = () => playsTable(dynamoDb(), variable('PLAYS_TABLE'));
export const failures = () => failureLog(dynamoDb(), variable('FAILURES_TABLE'));
export const uploadBucket = () => uploadFiles(s3(), variable('UPLOADS_BUCKET'));

/** Where outputs lie when the deployment says that it is not in AWS. */
const elsewhere = z.object({
  OUTPUTS_ENDPOINT: z.url(),
  OUTPUTS_REGION: z.string().min(1),
  OUTPUTS_KEYS_SECRET: z.string().min(1),
});
/** The client of the outputs bucket: AWS's, or that of another service that speaks S3. */
export const outputsClient = /* @__PURE__ */ once(() => {
  if (process.env.OUTPUTS_ENDPOINT === undefined) return s3();
  const { OUTPUTS_ENDPOINT: endpoint, OUTPUTS_REGION: region, OUTPUTS_KEYS_SECRET } = elsewhere.parse(process.env);
  return s3Compatible({ endpoint, region, readKeys: () => readSecret(OUTPUTS_KEYS_SECRET) });
});
export const outputBucket = () => outputFiles(outputsClient(), variable('OUTPUTS_BUCKET'));
/** A JSON list of `host:port` or `host:*`: one's own machines, whose files may be fetched though they are not public. */
const privateHosts = () => z.array(z.string()).parse(JSON.parse(variable('CALLABLE_HOSTS')));
export const storedOutputs = () =>
  storeOutputs({ outputs: outputBucket(), ...publicHttp({ trusts: publicOr(privateHosts()) }) });
/** The uploads bucket with what it takes to let browsers send and fetch. */
export const signedUploads = () => ({
  ...uploadBucket(),
  ...uploadForms(s3(), variable('UPLOADS_BUCKET')),
  ...downloads(s3(), variable('UPLOADS_BUCKET')),
});
export const signedOutputs = () => downloads(outputsClient(), variable('OUTPUTS_BUCKET'));
const jobQueueUrls = () => ({ everybody: variable('JOBS_QUEUE_URL'), paying: variable('PAYING_JOBS_QUEUE_URL') });
export const jobQueue = () => dispatchJob(sqs(), jobQueueUrls());
/** By the ARN of the queue that a message came from. */
export const jobRetries = () => {
  const queues = Object.values(jobQueueUrls()).map(
    (url) => [url.split('/').at(-1) ?? '', showAgain(sqs(), url)] as const,
  );
  return (queueArn: string): ShowAgain => {
    const found = queues.find(([name]) => queueArn.endsWith(`:${name}`));
    if (!found) throw new Error(`${queueArn} is none of the queues of jobs`);
    return found[1];
  };
};
export const taskFollower = () => sendFollow(sqs(), variable('FOLLOW_QUEUE_URL'));
export const followRetries = () => showAgain(sqs(), variable('FOLLOW_QUEUE_URL'));
export const results = () => resultCache(dynamoDb(), variable('RESULTS_TABLE'));
/** The uploads bucket with URLs for providers that fetch their inputs. */
export const workerUploads = () => ({ ...uploadBucket(), ...downloads(s3(), variable('UPLOADS_BUCKET')) });

/** Read once: it is made with the stack and lives as long. A read that failed is made again. */
const callbackSecret = () => {
  let secret: Promise<string> | undefined;
  return () => {
    secret ??= readSecret(variable('CALLBACKS')).catch((error: unknown) => {
      secret = undefined;
      throw error;
    });
    return secret;
  };
};
export const callbackUrls = () => callbackUrl({ publicUrl: variable('PUBLIC_URL'), secret: callbackSecret() });
export const readCallbacks = () => readCallback(callbackSecret());
/** Secrets Manager holds each app's credentials under this name, written by operators. */
const credentialsName = (app: string): string => `tessera/providers/${app}`;
const setUpProviders = (openings: Openings) =>
  providersOf({
    openings,
    readCredentials: (app) =>
      readSecret(credentialsName(app)).catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException) return undefined;
        throw error;
      }),
    onFault: (app, fault) => logger.error('provider not set up', { app, fault }),
  });
export const providers = () => setUpProviders(everyProvider);
export const webhookProviders = () => setUpProviders(taskProviders);
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
export const removeOutputs = () => removeObjects(outputsClient(), variable('OUTPUTS_BUCKET'));
/** All that is a user's, but for the events of jobs. */
export const ownedData = () => ({
  jobRows: removeItems<JobRow>(dynamoDb(), { name: variable('JOBS_TABLE'), sortKey: 'sk', read: ['id', 'status'] }),
  rows: [
    ...(
      ['PROMPTS_TABLE', 'SAVED_REPLIES_TABLE', 'PLAYS_TABLE', 'RESULTS_TABLE', 'TRAIL_TABLE', 'ASSETS_TABLE'] as const
    ).map((name) => removeItems(dynamoDb(), { name: variable(name), sortKey: 'id' })),
    removeFailures(dynamoDb(), variable('FAILURES_TABLE')),
  ],
  uploads: removeObjects(s3(), variable('UPLOADS_BUCKET')),
  outputs: removeOutputs(),
  sendOn: sendOn(sqs(), variable('LEAVING_QUEUE_URL')),
});
export const exportParts = () => writeExportPart(s3(), variable('EXPORTS_BUCKET'));
