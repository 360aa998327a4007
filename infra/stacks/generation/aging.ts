/** What ages: assets that nothing used, whose files go with their rows, and the audit trail, which goes to the archive. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, StorageClass } from 'aws-cdk-lib/aws-s3';
import { StreamConsumer } from '../../constructs/consumers.ts';
import type { GenerationStack } from '../generation.ts';
import { fn } from './function.ts';

/** A row's end is told by the table's stream, whoever removed it. */
export const removedAssets = (stack: GenerationStack): void => {
  const onAssetRemoved = fn(stack, 'OnAssetRemoved', 'on-asset-removed', {
    environment: { UPLOADS_BUCKET: stack.uploads.bucketName },
    timeout: Duration.seconds(30),
  });
  stack.allowObjects(onAssetRemoved, stack.uploads, 'uploads/*', 's3:DeleteObject');
  new StreamConsumer(stack, 'RemovedAssets', {
    table: stack.assets,
    function: onAssetRemoved,
    filter: { eventName: ['REMOVE'] },
  });
};

/** Written once, read by operators; nobody's words are in it (docs/adr/0017). */
const archive = (stack: GenerationStack): Bucket => {
  const bucket = new Bucket(stack, 'Archive', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [
      {
        abortIncompleteMultipartUploadAfter: Duration.days(1),
        // Cheap to keep and read at once. Objects below 128 KB, which would cost more there, S3 leaves where they are.
        transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(30) }],
      },
    ],
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason: 'Every object is written by one function, which logs it.',
  });
  return bucket;
};

export const trailArchive = (stack: GenerationStack): void => {
  const bucket = archive(stack);
  const archiveTrail = fn(stack, 'ArchiveTrail', 'archive-trail', {
    environment: { ARCHIVE_BUCKET: bucket.bucketName },
    timeout: Duration.seconds(30),
  });
  stack.allowObjects(archiveTrail, bucket, 'trail/*', 's3:PutObject');
  new StreamConsumer(stack, 'ExpiredTrail', {
    table: stack.trail,
    function: archiveTrail,
    // DynamoDB's own deletions; what a user who left took along is not archived.
    filter: {
      eventName: ['REMOVE'],
      userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] },
    },
    // Few large objects in place of many small ones: nobody waits for them.
    batchSize: 1_000,
    batchingWindow: Duration.minutes(5),
  });
};
