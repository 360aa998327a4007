/** The generation service: assets and outputs in S3, jobs as event streams, a fair queue and its workers. */
import { Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { routes } from '#services/generation/routes.ts';
import { BusConsumer, QueueConsumer, StreamConsumer } from '../constructs/consumers.ts';
import { WorkQueue } from '../constructs/queues.ts';
import { EventsTable, ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction, type TesseraFunctionProps } from '../constructs/tessera-function.ts';
import type { CreditsStack } from './credits.ts';
import { exportTimeout, type IdentityStack } from './identity.ts';
import type { PlatformStack } from './platform.ts';

export interface GenerationProps extends StackProps {
  readonly platform: PlatformStack;
  readonly identity: IdentityStack;
  readonly credits: CreditsStack;
}

/** A provider that answers at once does so within a minute; slower ones are asked again. A dead worker's job waits no longer than this. */
const workTimeout = Duration.seconds(60);
/** From here on a function has a whole vCPU, which decoding and filtering pictures needs. */
const oneCpuMemoryMb = 1_769;

const fn = (scope: Construct, id: string, entry: string, props: Omit<TesseraFunctionProps, 'service' | 'entry'>) =>
  new TesseraFunction(scope, id, {
    service: 'generation',
    entry: `services/generation/handlers/${entry}.ts`,
    ...props,
  });

export class GenerationStack extends Stack {
  private readonly events: EventsTable;
  private readonly jobs: ReadModelTable;
  private readonly assets: ReadModelTable;
  private readonly prompts: ReadModelTable;
  private readonly uploads: Bucket;
  private readonly outputs: Bucket;
  private readonly work: WorkQueue;

  constructor(scope: Construct, id: string, { platform, identity, credits, ...props }: GenerationProps) {
    super(scope, id, props);
    this.events = new EventsTable(this, 'Events');
    this.jobs = new ReadModelTable(this, 'Jobs', { partitionKey: 'owner', sortKey: 'sk' });
    this.assets = new ReadModelTable(this, 'Assets', { partitionKey: 'owner', sortKey: 'id' });
    this.prompts = new ReadModelTable(this, 'Prompts', { partitionKey: 'owner', sortKey: 'id', ttl: 'expires' });
    this.uploads = this.uploadsBucket(platform.config.origins);
    this.outputs = this.privateBucket('Outputs', platform.config.origins, [HttpMethods.GET]);
    this.work = new WorkQueue(this, 'Work', {
      visibilityTimeout: Duration.seconds(workTimeout.toSeconds() * 6),
      maxReceiveCount: 5,
    });
    platform.letReadCatalog(this.api(identity, credits.hold));
    this.streamReaders(platform);
    this.uploadCheck();
    platform.letReadCatalog(this.worker(platform.config.sandboxApps));
    this.deadJobs();
    this.leavings(platform);
    this.exportParts(platform, identity);
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
        UPLOADS_BUCKET: this.uploads.bucketName,
        OUTPUTS_BUCKET: this.outputs.bucketName,
        HOLD_FUNCTION: holdFunction.functionName,
      },
      // The ledger is given 15 s to answer.
      timeout: Duration.seconds(25),
    });
    this.events.grantAppend(api);
    this.jobs.allow(api, 'Query');
    this.assets.allow(api, 'GetItem', 'BatchGetItem', 'PutItem', 'Query', 'DeleteItem');
    this.prompts.allow(api, 'GetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem');
    // What a signed URL or form may do is what its signer may do.
    this.allowObjects(api, this.uploads, 'uploads/*', 's3:GetObject', 's3:PutObject', 's3:DeleteObject');
    this.allowObjects(api, this.outputs, 'outputs/*', 's3:GetObject');
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
      environment: { JOBS_TABLE: this.jobs.tableName, JOBS_QUEUE_URL: this.work.queue.queueUrl },
      timeout: Duration.seconds(30),
    });
    this.jobs.allow(project, 'PutItem');
    project.allow(['sqs:SendMessage'], [this.work.queue.queueArn]);
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

  private worker(sandboxApps: readonly string[]): TesseraFunction {
    const worker = fn(this, 'Worker', 'work', {
      environment: {
        EVENTS_TABLE: this.events.tableName,
        UPLOADS_BUCKET: this.uploads.bucketName,
        OUTPUTS_BUCKET: this.outputs.bucketName,
        JOBS_QUEUE_URL: this.work.queue.queueUrl,
        SANDBOX_APPS: JSON.stringify(sandboxApps),
      },
      timeout: workTimeout,
      memorySize: oneCpuMemoryMb,
      nativeModules: ['sharp'],
    });
    this.events.grantAppend(worker);
    this.allowObjects(worker, this.uploads, 'uploads/*', 's3:GetObject');
    this.allowToMiss(worker, this.uploads);
    this.allowObjects(worker, this.outputs, 'outputs/*', 's3:PutObject', 's3:DeleteObject');
    new QueueConsumer(this, 'WorkConsumer', { work: this.work, function: worker, batchSize: 1 });
    return worker;
  }

  /** Messages that the queue gave up on: their jobs are failed, and only what even that cannot do stays for an operator. */
  private deadJobs(): void {
    const onDeadJob = fn(this, 'OnDeadJob', 'on-dead-job', { environment: { EVENTS_TABLE: this.events.tableName } });
    this.events.grantAppend(onDeadJob);
    const { queueArn } = this.work.deadLetterQueue;
    onDeadJob.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queueArn]);
    const mapping = new EventSourceMapping(this, 'DeadJobs', {
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

  /** What is a user's goes with them, but for the events of jobs (docs/adr/0014). */
  private leavings({ bus }: PlatformStack): void {
    const onUserDeleted = fn(this, 'OnUserDeleted', 'on-user-deleted', {
      environment: {
        EVENTS_TABLE: this.events.tableName,
        JOBS_TABLE: this.jobs.tableName,
        ASSETS_TABLE: this.assets.tableName,
        PROMPTS_TABLE: this.prompts.tableName,
        UPLOADS_BUCKET: this.uploads.bucketName,
        OUTPUTS_BUCKET: this.outputs.bucketName,
      },
      timeout: Duration.seconds(60),
    });
    this.events.grantAppend(onUserDeleted);
    for (const table of [this.jobs, this.assets, this.prompts]) table.allow(onUserDeleted, 'Query', 'BatchWriteItem');
    for (const [bucket, prefix] of [
      [this.uploads, 'uploads/*'],
      [this.outputs, 'outputs/*'],
    ] as const) {
      this.allowObjects(onUserDeleted, bucket, prefix, 's3:DeleteObject');
      onUserDeleted.allowListing(bucket.bucketArn, prefix);
    }
    const { work } = new BusConsumer(this, 'Leavings', {
      bus,
      source: 'tessera.identity',
      detailTypes: ['UserDeleted'],
      function: onUserDeleted,
    });
    // What one invocation has no time for it leaves to the next.
    onUserDeleted.addEnvironment('LEAVING_QUEUE_URL', work.queue.queueUrl);
    onUserDeleted.allow(['sqs:SendMessage'], [work.queue.queueArn]);
  }

  private exportParts({ bus }: PlatformStack, identity: IdentityStack): void {
    const onRequest = fn(this, 'OnExportRequested', 'on-export-requested', {
      environment: {
        JOBS_TABLE: this.jobs.tableName,
        ASSETS_TABLE: this.assets.tableName,
        PROMPTS_TABLE: this.prompts.tableName,
      },
      timeout: exportTimeout,
    });
    for (const table of [this.jobs, this.assets, this.prompts]) table.allow(onRequest, 'Query');
    identity.letAddToExports(onRequest, 'generation');
    new BusConsumer(this, 'ExportRequests', {
      bus,
      source: 'tessera.identity',
      detailTypes: ['ExportRequested'],
      function: onRequest,
      batchSize: 1,
    });
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

  private allowObjects(to: TesseraFunction, bucket: Bucket, keys: string, ...actions: string[]): void {
    to.allow(actions, [bucket.arnForObjects(keys)]);
    Validations.of(to.role ?? to).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::<${this.getLogicalId(bucket.node.defaultChild as CfnBucket)}.Arn>/${keys}]`,
      reason: 'Keys of objects are made at run time; the prefix is all that is known of them.',
    });
  }

  /** Without the right to list, S3 answers 403 instead of 404 for an object that is not there. */
  private allowToMiss(to: TesseraFunction, bucket: Bucket): void {
    to.allow(['s3:ListBucket'], [bucket.bucketArn]);
  }
}
