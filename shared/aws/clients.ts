/**
 * AWS clients, each made once per process on first use. Region, credentials and endpoint come from the SDK's own variables.
 * Each is marked pure, so that a bundle holds the clients its function uses and no others:
 * a function with DynamoDB alone is 470 KB, without the marks 720 KB.
 */

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

export const dynamoDb = /* @__PURE__ */ once(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } }),
);
export const eventBridge = /* @__PURE__ */ once(() => new EventBridgeClient({}));
export const lambda = /* @__PURE__ */ once(() => new LambdaClient({}));
export const s3 = /* @__PURE__ */ once(() => new S3Client({}));
export const secretsManager = /* @__PURE__ */ once(() => new SecretsManagerClient({}));
export const sqs = /* @__PURE__ */ once(() => new SQSClient({}));
