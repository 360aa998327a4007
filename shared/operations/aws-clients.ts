/** The AWS services that operators' commands over tables ask: those of a local account, or AWS as the SDK's own variables say. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Of a local account, as its file tells. */
export interface AwsPlace {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface AwsClients {
  readonly dynamoDb: DynamoDBDocumentClient;
  readonly lambda: LambdaClient;
  readonly secrets: SecretsManagerClient;
  close(): void;
}

/** On AWS an operator's run waits rather than ends when it is throttled. */
const maxAttemptsOnAws = 10;

/** Without a place: on AWS. */
export const awsClients = (place?: AwsPlace): AwsClients => {
  const config = place ?? { maxAttempts: maxAttemptsOnAws };
  const base = new DynamoDBClient(config);
  const lambda = new LambdaClient(config);
  const secrets = new SecretsManagerClient(config);
  return {
    dynamoDb: DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } }),
    lambda,
    secrets,
    close() {
      for (const client of [base, lambda, secrets]) client.destroy();
    },
  };
};
