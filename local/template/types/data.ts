/** DynamoDB, SQS, S3, Secrets Manager, SSM parameters and KMS. */
import type { ResourceIdentity, ResourceTypes, TypeContext } from '../resource-types.ts';
import { anonymous, define } from './define.ts';

/** AWS names a stream by the time it was made; here it is always this. */
export const streamOf = (tableArn: string): string => `${tableArn}/stream/2026-01-01T00:00:00.000`;

function table(context: TypeContext): ResourceIdentity {
  const name = context.nameFrom('TableName', 255);
  const arn = context.arn('dynamodb', `table/${name}`);
  const stream = context.property('StreamSpecification') ? { StreamArn: streamOf(arn) } : {};
  return { ref: name, arn, attributes: { Arn: arn, TableId: context.id(32), ...stream } };
}

function queue(context: TypeContext): ResourceIdentity {
  const fifo = context.property('FifoQueue') === true || context.property('FifoQueue') === 'true';
  const given = context.property('QueueName');
  const name = given || !fifo ? context.nameFrom('QueueName', 80) : `${context.nameFrom('QueueName', 75)}.fifo`;
  const arn = context.arn('sqs', name);
  const url = `${context.gatewayUrl}/${context.accountId}/${name}`;
  return { ref: url, arn, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
}

function bucket(context: TypeContext): ResourceIdentity {
  const name = context.nameFrom('BucketName', 63).toLowerCase();
  const arn = `arn:aws:s3:::${name}`;
  return {
    ref: name,
    arn,
    attributes: {
      Arn: arn,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${context.region}.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${context.region}.amazonaws.com`,
    },
  };
}

export const dataTypes: ResourceTypes = {
  'AWS::DynamoDB::Table': define(
    `AttributeDefinitions BillingMode ContributorInsightsSpecification DeletionProtectionEnabled GlobalSecondaryIndexes KeySchema
     LocalSecondaryIndexes OnDemandThroughput PointInTimeRecoverySpecification ProvisionedThroughput SSESpecification StreamSpecification
     TableClass TableName Tags TimeToLiveSpecification WarmThroughput`,
    table,
  ),
  'AWS::DynamoDB::GlobalTable': define(
    `AttributeDefinitions BillingMode GlobalSecondaryIndexes KeySchema LocalSecondaryIndexes MultiRegionConsistency Replicas SSESpecification
     StreamSpecification TableName TimeToLiveSpecification WarmThroughput WriteOnDemandThroughputSettings ReadOnDemandThroughputSettings
     WriteProvisionedThroughputSettings`,
    table,
  ),
  'AWS::SQS::Queue': define(
    `ContentBasedDeduplication DeduplicationScope DelaySeconds FifoQueue FifoThroughputLimit KmsDataKeyReusePeriodSeconds KmsMasterKeyId
     MaximumMessageSize MessageRetentionPeriod QueueName ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy SqsManagedSseEnabled
     Tags VisibilityTimeout`,
    queue,
  ),
  'AWS::SQS::QueuePolicy': define('PolicyDocument Queues', anonymous('sqs', 'queue-policy')),
  'AWS::S3::Bucket': define(
    `BucketEncryption BucketName CorsConfiguration IntelligentTieringConfigurations LifecycleConfiguration LoggingConfiguration
     MetricsConfigurations NotificationConfiguration OwnershipControls PublicAccessBlockConfiguration Tags VersioningConfiguration`,
    bucket,
  ),
  'AWS::S3::BucketPolicy': define('Bucket PolicyDocument', anonymous('s3', 'bucket-policy')),
  // How the CDK sets a bucket's notifications; triggers read it, and its own function never runs.
  'Custom::S3BucketNotifications': define(
    'ServiceToken BucketName NotificationConfiguration Managed SkipDestinationValidation',
    anonymous('s3', 'bucket-notifications'),
  ),
  'AWS::SecretsManager::Secret': define(
    'Description GenerateSecretString KmsKeyId Name ReplicaRegions SecretString Tags',
    (context) => {
      const arn = context.arn('secretsmanager', `secret:${context.nameFrom('Name', 256)}-${context.id(6)}`);
      return { ref: arn, arn, attributes: { Id: arn } };
    },
  ),
  'AWS::SecretsManager::ResourcePolicy': define(
    'BlockPublicPolicy ResourcePolicy SecretId',
    anonymous('secretsmanager', 'resource-policy'),
  ),
  'AWS::SSM::Parameter': define('AllowedPattern DataType Description Name Policies Tags Tier Type Value', (context) => {
    const name = context.nameFrom('Name', 1011);
    return {
      ref: name,
      arn: context.arn('ssm', `parameter/${name.replace(/^\//, '')}`),
      attributes: { Type: String(context.property('Type')), Value: String(context.property('Value')) },
    };
  }),
  'AWS::KMS::Key': define(
    `BypassPolicyLockoutSafetyCheck Description Enabled EnableKeyRotation KeyPolicy KeySpec KeyUsage MultiRegion Origin PendingWindowInDays
     RotationPeriodInDays Tags`,
    (context) => {
      const id = context.id(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      const arn = context.arn('kms', `key/${id}`);
      return { ref: id, arn, attributes: { Arn: arn, KeyId: id } };
    },
  ),
  'AWS::KMS::Alias': define('AliasName TargetKeyId', (context) => {
    const name = String(context.property('AliasName'));
    return { ref: name, arn: context.arn('kms', name) };
  }),
};
