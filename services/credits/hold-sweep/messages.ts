/** What the hold sweep says to itself: begin, and a page of accounts of one shard to look through. */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { dueCursor } from '../read-models/balance-indexes.ts';
import { holdShards } from '../read-models/balances.ts';

export const sweepMessage = z.discriminatedUnion('kind', [
  /** From the schedule. */
  z.strictObject({ kind: z.literal('start') }),
  z.strictObject({
    kind: z.literal('page'),
    shard: z.enum(holdShards),
    cursor: dueCursor.optional(),
    /** Shared by all that one start leads to. */
    correlationId: z.string().min(1).max(128),
  }),
]);
export type SweepMessage = z.infer<typeof sweepMessage>;
export type SweepPage = Extract<SweepMessage, { kind: 'page' }>;

/** Sends pages, ten at most. @throws Error when the queue refuses any of them. */
export const sendSweep =
  (client: SQSClient, queueUrl: string) =>
  async (pages: readonly SweepPage[]): Promise<void> => {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: pages.map((page, index) => ({ Id: String(index), MessageBody: JSON.stringify(page) })),
      }),
    );
    if (Failed.length > 0) throw new Error(`${Failed.length} pages of the sweep were not taken: ${Failed[0]?.Code}`);
  };
export type SendSweep = ReturnType<typeof sendSweep>;
