/** The generation service: assets and outputs in S3, jobs as event streams, a fair queue and its workers. */
import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { jobIndexes } from '#services/generation/read-models/app-jobs.ts';
import { routes } from '#services/generation/routes.ts';
import { failuresByOwner } from '#services/generation/storage/failures.ts';
import { BusConsumer, StreamConsumer } from '../constructs/consumers.ts';
import { WorkQueue } from '../constructs/queues.ts';
import { EventsTable, ReadModelTable } from '../constructs/tables.ts';
import type { TesseraFunction } from '../constructs/tessera-function.ts';
import type { CreditsStack } from './credits.ts';
import { removedAssets, trailArchive } from './generation/aging.ts';
import { fn, oneCpuMemoryMb, workTimeout } from './generation/function.ts';
import { deadJobs, providerWebhooks, taskFollower, worker } from './generation/making.ts';
import { type Outputs, outputsElsewhere, outputsHere } from './generation/outputs.ts';
import { exportParts, leavings } from './generation/users.ts';
import type { IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface GenerationProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
  readonly credits: CreditsStack;
}

export class GenerationStack extends Stack {
  readonly events: EventsTable;
  readonly jobs: ReadModelTable;
  readonly assets: ReadModelTable;
  readonly prompts: ReadModelTable;
  readonly savedReplies: ReadModelTable;
  readonly plays: ReadModelTable;
  readonly failures: ReadModelTable;
  readonly uploads: Bucket;
  readonly outputs: Outputs;
  readonly results: ReadModelTable;
  readonly trail: ReadModelTable;
  readonly work: WorkQueue;
  readonly payingWork: WorkQueue;
  readonly follow: WorkQueue;
  readonly callbacks: Secret;

  constructor(scope: Construct, id: string, { platform, identity, credits, ...props }: GenerationProps) {
    super(scope, id, props);
    this.events = new EventsTable(this, 'Events');
    this.jobs = new ReadModelTable(this, 'Jobs', {
      partitionKey: 'owner',
      sortKey: 'sk',
      ttl: 'expires',
      indexes: Object.entries(jobIndexes).map(([name, keys]) => ({ name, ...keys, keysOnly: true })),
    });
    const aging = { partitionKey: 'owner', sortKey: 'id', ttl: 'expires' } as const;
    this.assets = new ReadModelTable(this, 'Assets', { ...aging, stream: true });
    this.trail = new ReadModelTable(this, 'Trail', { ...aging, stream: true });
    this.prompts = new ReadModelTable(this, 'Prompts', aging);
    this.savedReplies = new ReadModelTable(this, 'SavedReplies', aging);
    this.plays = new ReadModelTable(this, 'Plays', { partitionKey: 'owner', sortKey: 'id' });
    this.failures = new ReadModelTable(this, 'Failures', {
      partitionKey: 'app',
      sortKey: 'sk',
      ttl: 'expires',
      indexes: [{ name: failuresByOwner, partitionKey: 'owner', keysOnly: true }],
    });
    this.uploads = this.uploadsBucket(platform.config.origins);
    const { origins, outputs } = platform.config;
    this.outputs = outputs
      ? outputsElsewhere(outputs)
      : outputsHere(this, this.privateBucket('Outputs', origins, [HttpMethods.GET]));
    this.results = new ReadModelTable(this, 'Results', { partitionKey: 'owner', sortKey: 'id', ttl: 'expires' });
    const patience = { visibilityTimeout: Duration.seconds(workTimeout.toSeconds() * 6), maxReceiveCount: 5 };
    this.work = new WorkQueue(this, 'Work', patience);
    this.payingWork = new WorkQueue(this, 'PayingWork', patience);
    this.follow = new WorkQueue(this, 'Follow', patience);
    this.callbacks = this.callbackSecret();
    platform.letReadCatalog(this.api(identity, credits.hold));
    this.streamReaders(platform);
    this.uploadCheck();
    removedAssets(this);
    trailArchive(this);
    worker(this, platform);
    taskFollower(this, platform);
    providerWebhooks(this, identity);
    deadJobs(this);
    leavings(this, platform);
    exportParts(this, platform, identity);
    this.jobStatus(platform);
  }

  private privateBucket(id: string, origins: readonly string[], methods: HttpMethods[]): Bucket {
    const bucket = new Bucket(this, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      cors: [{ allowedOrigins: [...origins], allowedMethods: methods, allowedHeaders: ['*'], maxAge: 3_600 }],
    });
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions::AwsSolutions-S1',
      reason:
        'Every object is written by one of our functions or through a form that one has signed, and both are logged.',
    });
    return bucket;
  }

  private uploadsBucket(origins: readonly string[]): Bucket {
    const bucket = this.privateBucket('Uploads', origins, [HttpMethods.GET, HttpMethods.POST]);
    // The construct's own switch for this brings a custom resource with a function and rights over every bucket.
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    return bucket;
  }

  private api(identity: IdentityStack, holdFunction: TesseraFunction): TesseraFunction {
    const api = fn(this, 'Api', 'api', {
      environment: {
        EVENTS_TABLE: this.events.tableName,
        JOBS_TABLE: this.jobs.tableName,
        ASSETS_TABLE: this.assets.tableName,
        PROMPTS_TABLE: this.prompts.tableName,
        SAVED_REPLIES_TABLE: this.savedReplies.tableName,
        PLAYS_TABLE: this.plays.tableName,
        FAILURES_TABLE: this.failures.tableName,
        RESULTS_TABLE: this.results.tableName,
        TRAIL_TABLE: this.trail.tableName,
        UPLOADS_BUCKET: this.uploads.bucketName,
        ...this.outputs.environment,
        HOLD_FUNCTION: holdFunction.functionName,
      },
      // The ledger is given 15 s to answer.
      timeout: Duration.seconds(25),
    });
    this.events.grantAppend(api);
    this.jobs.allow(api, 'Query', 'BatchGetItem');
    for (const index of Object.keys(jobIndexes)) this.jobs.allowIndex(api, index);
    this.assets.allow(api, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem');
    this.trail.allow(api, 'Query');
    for (const kept of [this.prompts, this.savedReplies])
      kept.allow(api, 'GetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem');
    this.plays.allow(api, 'UpdateItem', 'BatchGetItem');
    this.failures.allow(api, 'Query');
    this.results.allow(api, 'GetItem');
    // What a signed URL or form may do is what its signer may do.
    this.allowObjects(api, this.uploads, 'uploads/*', 's3:GetObject', 's3:PutObject', 's3:DeleteObject');
    // A kept result is copied for whoever asks the same again.
    this.outputs.allow(api, 's3:GetObject', 's3:PutObject');
    this.outputs.allowToMiss(api);
    api.allow(['lambda:InvokeFunction'], [holdFunction.functionArn]);
    identity.routes.add(this, 'Routes', { routes, function: api });
    return api;
  }

  /** The two functions that the events table's stream may have. */
  private streamReaders({ bus }: PlatformStack): void {
    const relay = fn(this, 'Relay', 'relay', {
      environment: { BUS_NAME: bus.eventBusName },
      timeout: Duration.seconds(30),
    });
    relay.allow(['events:PutEvents'], [bus.eventBusArn]);
    new StreamConsumer(this, 'RelayStream', { table: this.events, function: relay });

    const project = fn(this, 'Project', 'project', {
      environment: {
        JOBS_TABLE: this.jobs.tableName,
        ASSETS_TABLE: this.assets.tableName,
        TRAIL_TABLE: this.trail.tableName,
        RESULTS_TABLE: this.results.tableName,
        PLAYS_TABLE: this.plays.tableName,
        FAILURES_TABLE: this.failures.tableName,
        ...this.outputs.environment,
        JOBS_QUEUE_URL: this.work.queue.queueUrl,
        PAYING_JOBS_QUEUE_URL: this.payingWork.queue.queueUrl,
        FOLLOW_QUEUE_URL: this.follow.queue.queueUrl,
      },
      timeout: Duration.seconds(30),
    });
    this.jobs.allow(project, 'PutItem');
    this.assets.allow(project, 'UpdateItem');
    this.trail.allow(project, 'PutItem');
    this.results.allow(project, 'PutItem');
    this.failures.allow(project, 'PutItem');
    // Files and plays of generations that their owners remove.
    this.plays.allow(project, 'DeleteItem');
    this.outputs.allow(project, 's3:DeleteObject');
    this.outputs.allowListing(project);
    const queues = [this.work, this.payingWork, this.follow];
    project.allow(
      ['sqs:SendMessage'],
      queues.map(({ queue }) => queue.queueArn),
    );
    new StreamConsumer(this, 'ProjectStream', { table: this.events, function: project });
  }

  private uploadCheck(): void {
    const onUpload = fn(this, 'OnUpload', 'on-upload', {
      environment: { ASSETS_TABLE: this.assets.tableName, UPLOADS_BUCKET: this.uploads.bucketName },
      // Ten pictures, one after the other.
      timeout: Duration.seconds(60),
      memorySize: oneCpuMemoryMb,
      nativeModules: ['sharp'],
    });
    this.assets.allow(onUpload, 'GetItem', 'UpdateItem');
    this.allowObjects(onUpload, this.uploads, 'uploads/*', 's3:GetObject', 's3:DeleteObject');
    this.allowToMiss(onUpload, this.uploads);
    new BusConsumer(this, 'Uploaded', {
      source: 'aws.s3',
      detailTypes: ['Object Created'],
      detail: { bucket: { name: [this.uploads.bucketName] } },
      function: onUpload,
    });
  }

  /** Signs the URLs that providers call back. */
  private callbackSecret(): Secret {
    const secret = new Secret(this, 'Callbacks', {
      description: 'Signs the URLs that providers call when a task is over',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason:
        'It signs URLs that live as long as a job, an hour at most. A new one only makes webhooks of running tasks unknown; they are asked after anyway.',
    });
    return secret;
  }

  /** Credits' sweep asks it by its name: credits' stack must not depend on this one, which depends on it (docs/adr/0009). */
  private jobStatus(platform: PlatformStack): void {
    const jobStatus = fn(this, 'JobStatus', 'job-status', {
      functionName: platform.namedFunction('job-status').functionName,
      environment: { EVENTS_TABLE: this.events.tableName },
      timeout: Duration.seconds(5),
    });
    // It ends jobs that are long past their deadline.
    this.events.grantAppend(jobStatus);
  }

  allowObjects(to: TesseraFunction, bucket: Bucket, keys: string, ...actions: string[]): void {
    to.allow(actions, [bucket.arnForObjects(keys)]);
    Validations.of(to.role ?? to).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${this.getLogicalId(bucket.node.defaultChild as CfnBucket)}.Arn>/${keys}]`,
      reason: 'Keys of objects are made at run time; the prefix is all that is known of them.',
    });
  }

  /** Without the right to list, S3 answers 403 instead of 404 for an object that is not there. */
  allowToMiss(to: TesseraFunction, bucket: Bucket): void {
    to.allow(['s3:ListBucket'], [bucket.bucketArn]);
  }
}
