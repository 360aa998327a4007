/** What the check of due subscriptions says to itself: begin, and a page of one shard to look through. */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { dueCursor, dueShards } from './due-table.ts';

export const checkMessage = z.discriminatedUnion('kind', [
  /** From the schedule. */
  z.strictObject({ kind: z.literal('start') }),
  z.strictObject({
    kind: z.literal('page'),
    shard: z.enum(dueShards),
    cursor: dueCursor.optional(),
    /** Shared by all that one start leads to. */
    correlationId: z.string().min(1).max(128),
  }),
]);
export type CheckMessage = z.infer<typeof checkMessage>;
export type CheckPage = Extract<CheckMessage, { kind: 'page' }>;

/** Sends pages, ten at most. @throws Error when the queue refuses any of them. */
export const sendCheck =
  (client: SQSClient, queueUrl: string) =>
  async (pages: readonly CheckPage[]): Promise<void> => {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: pages.map((page, index) => ({ Id: String(index), MessageBody: JSON.stringify(page) })),
      }),
    );
    if (Failed.length > 0) throw new Error(`${Failed.length} pages of the check were not taken: ${Failed[0]?.Code}`);
  };
export type SendCheck = ReturnType<typeof sendCheck>;
