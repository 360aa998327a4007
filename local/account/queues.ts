/** What tests ask of a queue: how deep it is, what it holds, and sending dead letters back. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { AccountModel } from '../contracts.ts';
import type { QueueDepth } from '../drain.ts';
import { queueNameOf } from '../triggers/properties.ts';
import type { QueueSender } from '../triggers/queue-sender.ts';

export interface QueueInspection {
  readonly name: string;
  depth(): Promise<QueueDepth>;
  /** Looks at what is visible, up to 1,000, and leaves it there; each look counts as a receive. */
  messages(): Promise<Message[]>;
  /** Sends what a dead-letter queue holds back to its source; answers how many. */
  redrive(): Promise<number>;
}

const lookLimit = 1_000;
const holdSeconds = 30;

export async function queueDepth(sqs: SQSClient, queues: QueueSender, name: string): Promise<QueueDepth> {
  const { Attributes: attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: await queues.urlOf(name),
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return {
    visible: Number(attributes?.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(attributes?.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(attributes?.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}

/** By name or by the beginning of its logical id, which a stack's name may stand before: `TesseraCredits.Relayed`. */
export function findQueueName(model: AccountModel, nameOrId: string): string {
  const queues = model.ofType('AWS::SQS::Queue');
  const [idInStack = nameOrId, inStack] = nameOrId.split('.').toReversed();
  const inReach = queues.filter(({ stack }) => inStack === undefined || stack === inStack);
  const named = queues.filter(({ arn }) => queueNameOf(arn) === nameOrId);
  const exact = named.length > 0 ? named : inReach.filter(({ logicalId }) => logicalId === idInStack);
  const found = exact.length > 0 ? exact : inReach.filter(({ logicalId }) => logicalId.startsWith(idInStack));
  const [only] = found;
  const name = only && queueNameOf(only.arn);
  if (name && found.length === 1) return name;
  const candidates = (found.length > 0 ? found : queues).map(({ stack, logicalId }) => `${stack}.${logicalId}`);
  throw new Error(
    `${found.length === 0 ? 'no queue is' : 'several queues are'} named ${nameOrId}: ${candidates.join(', ')}`,
  );
}
