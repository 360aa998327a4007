/** What generation does for users as a whole: they leave, or ask for all that is kept of them. */
import { Duration } from 'aws-cdk-lib';
import { failuresByOwner } from '#services/generation/storage/failures.ts';
import { BusConsumer } from '../../constructs/consumers.ts';
import type { GenerationStack } from '../generation.ts';
import { exportTimeout, type IdentityStack } from '../identity.ts';
import type { PlatformStack } from '../platform.ts';
import { fn } from './function.ts';

/** What is a user's goes with them, but for the events of jobs (docs/adr/0014). */
export const leavings = (stack: GenerationStack, { bus }: PlatformStack): void => {
  const onUserDeleted = fn(stack, 'OnUserDeleted', 'on-user-deleted', {
    environment: {
      EVENTS_TABLE: stack.events.tableName,
      JOBS_TABLE: stack.jobs.tableName,
      ASSETS_TABLE: stack.assets.tableName,
      PROMPTS_TABLE: stack.prompts.tableName,
      SAVED_REPLIES_TABLE: stack.savedReplies.tableName,
      PLAYS_TABLE: stack.plays.tableName,
      FAILURES_TABLE: stack.failures.tableName,
      RESULTS_TABLE: stack.results.tableName,
      TRAIL_TABLE: stack.trail.tableName,
      UPLOADS_BUCKET: stack.uploads.bucketName,
      ...stack.outputs.environment,
    },
    timeout: Duration.seconds(60),
  });
  stack.events.grantAppend(onUserDeleted);
  const { jobs, assets, prompts, savedReplies, plays, results, trail, failures } = stack;
  for (const table of [jobs, assets, prompts, savedReplies, plays, results, trail])
    table.allow(onUserDeleted, 'Query', 'BatchWriteItem');
  failures.allow(onUserDeleted, 'BatchWriteItem');
  failures.allowIndex(onUserDeleted, failuresByOwner);
  stack.allowObjects(onUserDeleted, stack.uploads, 'uploads/*', 's3:DeleteObject');
  onUserDeleted.allowListing(stack.uploads.bucketArn, 'uploads/*');
  stack.outputs.allow(onUserDeleted, 's3:DeleteObject');
  stack.outputs.allowListing(onUserDeleted);
  const { work } = new BusConsumer(stack, 'Leavings', {
    bus,
    source: 'tessera.identity',
    detailTypes: ['UserDeleted'],
    function: onUserDeleted,
  });
  // What one invocation has no time for it leaves to the next.
  onUserDeleted.addEnvironment('LEAVING_QUEUE_URL', work.queue.queueUrl);
  onUserDeleted.allow(['sqs:SendMessage'], [work.queue.queueArn]);
};

export const exportParts = (stack: GenerationStack, { bus }: PlatformStack, identity: IdentityStack): void => {
  const onRequest = fn(stack, 'OnExportRequested', 'on-export-requested', {
    environment: {
      JOBS_TABLE: stack.jobs.tableName,
      ASSETS_TABLE: stack.assets.tableName,
      PROMPTS_TABLE: stack.prompts.tableName,
      SAVED_REPLIES_TABLE: stack.savedReplies.tableName,
      PLAYS_TABLE: stack.plays.tableName,
    },
    timeout: exportTimeout,
  });
  for (const table of [stack.jobs, stack.assets, stack.prompts, stack.savedReplies]) table.allow(onRequest, 'Query');
  stack.plays.allow(onRequest, 'BatchGetItem');
  identity.letAddToExports(onRequest, 'generation');
  new BusConsumer(stack, 'ExportRequests', {
    bus,
    source: 'tessera.identity',
    detailTypes: ['ExportRequested'],
    function: onRequest,
    batchSize: 1,
  });
};
