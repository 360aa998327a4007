/** Messages that wake a worker to look at a delivery. SQS holds one back for 15 minutes at most: what is due later goes round again. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';

export const wakeUp = z.strictObject({
  endpoint: idSchema('whk'),
  delivery: idSchema('dlv'),
  /** As many attempts had been claimed when it was sent. */
  attempt: z.int().min(0),
});
export type WakeUp = z.infer<typeof wakeUp>;

const maxDelaySeconds = 900;

/** Wakes at once, or so many milliseconds from now on, or after 15 minutes if that is sooner. */
export type SendWakeUp = (message: WakeUp, afterMs?: number) => Promise<void>;

export const sendWakeUp =
  (client: SQSClient, queueUrl: string): SendWakeUp =>
  async (message, afterMs = 0) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        // One endpoint's backlog does not hold up the others' messages.
        MessageGroupId: message.endpoint,
        DelaySeconds: Math.min(maxDelaySeconds, Math.ceil(afterMs / 1_000)),
      }),
    );
  };
