/** Where results are made: workers, who looks after the tasks of slow providers, and what becomes of jobs that no worker can handle. */
import { Validations } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { definitions } from '#apps';
import { webhookRoutes } from '#services/generation/routes.ts';
import { QueueConsumer } from '../../constructs/consumers.ts';
import type { TesseraFunction } from '../../constructs/tessera-function.ts';
import type { GenerationStack } from '../generation.ts';
import type { IdentityStack } from '../identity.ts';
import type { PlatformStack } from '../platform.ts';
import { fn, oneCpuMemoryMb, workTimeout } from './function.ts';

/** What whoever stores a provider's files needs. */
const makersEnvironment = (stack: GenerationStack, { config }: PlatformStack) => {
  return {
    EVENTS_TABLE: stack.events.tableName,
    ...stack.outputs.environment,
    CALLABLE_HOSTS: JSON.stringify(config.workerHosts),
    SANDBOX_APPS: JSON.stringify(config.sandboxApps),
  };
};

/** Operators make an app's secret when it has credentials (docs/providers.md). */
const allowProviders = (to: TesseraFunction): void =>
  to.allowSecrets(definitions.map(({ id }) => `tessera/providers/${id}`));

const allowMaking = (stack: GenerationStack, to: TesseraFunction, platform: PlatformStack): void => {
  platform.letReadCatalog(to);
  stack.events.grantAppend(to);
  stack.outputs.allow(to, 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload');
  allowProviders(to);
};

export const worker = (stack: GenerationStack, platform: PlatformStack): void => {
  const worker = fn(stack, 'Worker', 'work', {
    environment: {
      ...makersEnvironment(stack, platform),
      UPLOADS_BUCKET: stack.uploads.bucketName,
      JOBS_QUEUE_URL: stack.work.queue.queueUrl,
      PAYING_JOBS_QUEUE_URL: stack.payingWork.queue.queueUrl,
      CALLBACKS: stack.callbacks.secretArn,
      PUBLIC_URL: platform.publicUrl,
    },
    timeout: workTimeout,
    memorySize: oneCpuMemoryMb,
    nativeModules: ['sharp'],
  });
  allowMaking(stack, worker, platform);
  stack.allowObjects(worker, stack.uploads, 'uploads/*', 's3:GetObject');
  stack.allowToMiss(worker, stack.uploads);
  worker.allow(['secretsmanager:GetSecretValue'], [stack.callbacks.secretArn]);
  // Those who pay have workers of their own: a rush of others leaves some free.
  new QueueConsumer(stack, 'WorkConsumer', { work: stack.work, function: worker, batchSize: 1, maxConcurrency: 200 });
  new QueueConsumer(stack, 'PayingWorkConsumer', { work: stack.payingWork, function: worker, batchSize: 1 });
};

export const taskFollower = (stack: GenerationStack, platform: PlatformStack): void => {
  const follower = fn(stack, 'Follower', 'follow', {
    environment: { ...makersEnvironment(stack, platform), FOLLOW_QUEUE_URL: stack.follow.queue.queueUrl },
    timeout: workTimeout,
    memorySize: oneCpuMemoryMb,
    nativeModules: ['sharp'],
  });
  allowMaking(stack, follower, platform);
  follower.allow(['sqs:SendMessage'], [stack.follow.queue.queueArn]);
  new QueueConsumer(stack, 'FollowConsumer', {
    work: stack.follow,
    function: follower,
    batchSize: 1,
    maxConcurrency: 100,
  });
};

export const providerWebhooks = (stack: GenerationStack, identity: IdentityStack): void => {
  const receive = fn(stack, 'ProviderWebhooks', 'provider-webhooks', {
    environment: { FOLLOW_QUEUE_URL: stack.follow.queue.queueUrl, CALLBACKS: stack.callbacks.secretArn },
  });
  allowProviders(receive);
  receive.allow(['secretsmanager:GetSecretValue'], [stack.callbacks.secretArn]);
  receive.allow(['sqs:SendMessage'], [stack.follow.queue.queueArn]);
  Validations.of(identity.routes.add(stack, 'WebhookRoutes', { routes: webhookRoutes, function: receive })).acknowledge(
    {
      id: 'AwsSolutions::AwsSolutions-APIG4',
      reason: 'Providers have no token: the URL is signed, and so is the body where a provider signs.',
    },
  );
};

/** Messages that the queue gave up on: their jobs are failed, and only what even that cannot do stays for an operator. */
export const deadJobs = (stack: GenerationStack): void => {
  const onDeadJob = fn(stack, 'OnDeadJob', 'on-dead-job', { environment: { EVENTS_TABLE: stack.events.tableName } });
  stack.events.grantAppend(onDeadJob);
  for (const [id, { deadLetterQueue }] of [
    ['DeadJobs', stack.work],
    ['DeadPayingJobs', stack.payingWork],
  ] as const) {
    const { queueArn } = deadLetterQueue;
    onDeadJob.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queueArn]);
    const mapping = new EventSourceMapping(stack, id, {
      target: onDeadJob,
      eventSourceArn: queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });
    Validations.of(mapping).acknowledge({
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      reason: 'These are dead letters already; those that fail here stay in the queue, which an alarm watches.',
    });
  }
};
