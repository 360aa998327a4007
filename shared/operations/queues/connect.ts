/** Where the queues are: the account that a file tells of, or AWS as the SDK's own variables say. */
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { readAccountFile } from '../account-file.ts';

export interface Where {
  /** The beginning of the queues' names: AWS, or what `AWS_ENDPOINT_URL` points at. */
  readonly prefix?: string;
  /** A file that tells of an account; used when no prefix is given. */
  readonly accountFile: string;
}

export interface Deployment {
  readonly sqs: SQSClient;
  readonly streams: DynamoDBStreamsClient;
  readonly lambda: LambdaClient;
  readonly prefix: string;
  /** For messages: where this is. */
  readonly place: string;
  close(): void;
}

type Config = Pick<SQSClientConfig, 'maxAttempts'> & {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** On AWS an operator's run waits rather than ends when it is throttled. */
const maxAttemptsOnAws = 10;

const open = (config: Config, prefix: string, place: string): Deployment => {
  const sqs = new SQSClient(config);
  const streams = new DynamoDBStreamsClient(config);
  const lambda = new LambdaClient(config);
  const close = () => {
    for (const client of [sqs, streams, lambda]) client.destroy();
  };
  return { sqs, streams, lambda, prefix, place, close };
};

/** @throws OperatorError when it is nowhere to be found. */
export const connect = async ({ prefix, accountFile: file }: Where): Promise<Deployment> => {
  if (prefix) return open({ maxAttempts: maxAttemptsOnAws }, prefix, 'AWS');
  const { config } = await readAccountFile(file, z.unknown(), "give the beginning of the queues' names with --prefix");
  return open(config, '', `the account of ${file}`);
};
