/** What tests ask of a queue: how deep it is, what it holds, and sending dead letters back. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { AccountModel, Gateway, QueueDepth } from '../contracts.ts';
import { queueNameOf } from '../triggers/properties.ts';
import type { QueueSender } from '../triggers/queue-sender.ts';

export interface QueueInspection {
  readonly name: string;
  depth(): QueueDepth;
  /** Looks at what is visible, up to 1,000, and leaves it there; each look counts as a receive. */
  messages(): Promise<Message[]>;
  /** Sends what a dead-letter queue holds back to its source; answers how many. */
  redrive(): Promise<number>;
}

const lookLimit = 1_000;
const holdSeconds = 30;

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

function sourceOf(model: AccountModel, deadLetters: string): string {
  const source = model.ofType('AWS::SQS::Queue').find(({ properties }) => {
    const policy = properties.RedrivePolicy;
    const { deadLetterTargetArn } = (typeof policy === 'string' ? JSON.parse(policy) : (policy ?? {})) as {
      deadLetterTargetArn?: string;
    };
    return deadLetterTargetArn !== undefined && queueNameOf(deadLetterTargetArn) === deadLetters;
  });
  const name = source && queueNameOf(source.arn);
  if (!name) throw new Error(`${deadLetters} is no queue's dead-letter queue`);
  return name;
}

interface Reach {
  readonly model: AccountModel;
  readonly gateway: Pick<Gateway, 'queueDepth'>;
  readonly sqs: SQSClient;
  readonly queues: QueueSender;
}

export function inspectQueue({ model, gateway, sqs, queues }: Reach, name: string): QueueInspection {
  async function take(): Promise<Message[]> {
    const taken: Message[] = [];
    while (taken.length < lookLimit) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: await queues.urlOf(name),
          MaxNumberOfMessages: 10,
          VisibilityTimeout: holdSeconds,
          WaitTimeSeconds: 0,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) break;
      taken.push(...Messages);
    }
    return taken;
  }

  return {
    name,
    depth: () => gateway.queueDepth(name),
    async messages() {
      const taken = await take();
      for (let i = 0; i < taken.length; i += 10) {
        const Entries = taken
          .slice(i, i + 10)
          .map(({ ReceiptHandle = '' }, at) => ({ Id: String(at), ReceiptHandle, VisibilityTimeout: 0 }));
        await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: await queues.urlOf(name), Entries }));
      }
      return taken;
    },
    async redrive() {
      const QueueUrl = await queues.urlOf(sourceOf(model, name));
      const taken = await take();
      for (const { Body, MessageAttributes, Attributes, ReceiptHandle } of taken) {
        const MessageGroupId = Attributes?.MessageGroupId;
        await sqs.send(
          new SendMessageCommand({
            QueueUrl,
            MessageBody: Body,
            MessageAttributes,
            ...(MessageGroupId ? { MessageGroupId } : {}),
          }),
        );
        await sqs.send(new DeleteMessageCommand({ QueueUrl: await queues.urlOf(name), ReceiptHandle }));
      }
      return taken.length;
    },
  };
}
