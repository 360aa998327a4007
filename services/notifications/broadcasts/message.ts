/** Wakes a worker for a broadcast's next page. Which one that is the record says: a message that comes twice sends no page twice. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { appId } from '#shared/owner.ts';

export const broadcastMessage = z.strictObject({ app: appId, broadcast: idSchema('ntf') });
export type BroadcastMessage = z.infer<typeof broadcastMessage>;
export type SendBroadcast = (message: BroadcastMessage) => Promise<void>;

export const sendBroadcast =
  (client: SQSClient, queueUrl: string): SendBroadcast =>
  async (message) => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
  };
