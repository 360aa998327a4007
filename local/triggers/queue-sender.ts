/** Sends to queues by ARN, for targets, destinations and dead letters. */
import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { queueNameOf } from './properties.ts';

export interface QueueMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly groupId?: string | undefined;
}

export interface QueueSender {
  urlOf(queueName: string): Promise<string>;
  send(queueArn: string, message: QueueMessage): Promise<void>;
}

export function createQueueSender(sqs: SQSClient): QueueSender {
  const urls = new Map<string, Promise<string>>();

  async function lookUp(name: string): Promise<string> {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    if (!QueueUrl) throw new Error(`the queue ${name} has no URL`);
    return QueueUrl;
  }

  function urlOf(name: string): Promise<string> {
    const known = urls.get(name);
    if (known) return known;
    const url = lookUp(name);
    urls.set(name, url);
    url.catch(() => urls.delete(name));
    return url;
  }

  return {
    urlOf,
    async send(queueArn, { body, attributes = {}, groupId }) {
      const name = queueNameOf(queueArn);
      if (!name) throw new Error(`${queueArn} is no queue`);
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]),
      );
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: await urlOf(name),
          MessageBody: body,
          MessageAttributes,
          ...(groupId ? { MessageGroupId: groupId } : {}),
        }),
      );
    },
  };
}
