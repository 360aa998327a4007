/** The message that puts a job into the queue, and how long its pauses are. */
import { createHash } from 'node:crypto';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { appId, type Owner, ownerKey, userId } from '#shared/owner.ts';

export const jobMessage = z.strictObject({
  app: appId,
  user: userId,
  jobId: idSchema('gen'),
  correlationId: z.string().max(128),
  causationId: z.string().max(128),
});
export type JobMessage = z.infer<typeof jobMessage>;

/** SQS takes group ids of 128 characters at most. */
const maxGroupId = 128;

/** Messages of one group share the queue fairly with those of others: one user's thousand jobs do not hold up another's five. */
export const groupOf = (owner: Owner): string => {
  const key = ownerKey(owner);
  return key.length <= maxGroupId ? key : createHash('sha256').update(key).digest('hex');
};

/** `paying`: into the queue of those whose plan has a price. `afterSeconds`: at most 900. */
export type DispatchJob = (message: JobMessage, how: { paying: boolean; afterSeconds: number }) => Promise<void>;

export const dispatchJob =
  (client: SQSClient, queueUrls: { readonly everybody: string; readonly paying: string }): DispatchJob =>
  async (message, { paying, afterSeconds }) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: paying ? queueUrls.paying : queueUrls.everybody,
        MessageBody: JSON.stringify(message),
        MessageGroupId: groupOf(message),
        ...(afterSeconds > 0 ? { DelaySeconds: afterSeconds } : {}),
      }),
    );
  };

const maxBackoffSeconds = 60;

/** Between 1 and 2, 4, 8 … 60 seconds, so that jobs that failed together do not come back together. */
export const backoffSeconds = (tries: number, random: () => number = Math.random): number =>
  1 + Math.floor(random() * Math.min(maxBackoffSeconds, 2 ** tries));
