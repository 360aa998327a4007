/** AWS clients, each made once per process on first use. Region, credentials and endpoint come from the SDK's own variables. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const once = <Value>(make: () => Value): (() => Value) => {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
};

export const dynamoDb = once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
);
export const eventBridge = once(() => new EventBridgeClient({}));
export const lambda = once(() => new LambdaClient({}));
export const s3 = once(() => new S3Client({}));
export const secretsManager = once(() => new SecretsManagerClient({}));
export const sqs = once(() => new SQSClient({}));
