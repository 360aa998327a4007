/** What every trigger works with. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Activity } from '../activity.ts';
import type { AccountModel } from '../contracts.ts';
import type { Firehose } from '../firehose/firehose.ts';
import type { Deliver } from './delivery.ts';
import type { QueueSender } from './queue-sender.ts';
import type { Expirations } from './ttl.ts';

/** Something that would show only in AWS's metrics: an event that reached no target, a poll that failed. */
export interface Problem {
  readonly at: number;
  /** The resource it happened at. */
  readonly source: string;
  readonly message: string;
}

export interface TriggerContext {
  readonly model: AccountModel;
  readonly activity: Activity;
  readonly deliver: Deliver;
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  readonly sqs: SQSClient;
  readonly queues: QueueSender;
  readonly firehose: Pick<Firehose, 'put'>;
  readonly expirations: Pick<Expirations, 'has'>;
  readonly report: (source: string, message: string) => void;
}
