/** What a schedule's work over the shards of an index says to itself: begin, and a page of one shard to look through. */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** @example shardPages(['d0', 'd1'], z.strictObject({ owner: z.string() })) */
export const shardPages = <const Shards extends readonly [string, ...string[]], Cursor extends z.ZodType>(
  shards: Shards,
  cursor: Cursor,
) =>
  z.discriminatedUnion('kind', [
    /** From the schedule. */
    z.strictObject({ kind: z.literal('start') }),
    z.strictObject({
      kind: z.literal('page'),
      shard: z.enum(shards),
      cursor: cursor.optional(),
      /** Shared by all that one start leads to. */
      correlationId: z.string().min(1).max(128),
    }),
  ]);

/** Sends pages, ten at most. `work`: whose, for the error. @throws Error when the queue refuses any of them. */
export const sendPages =
  <Page>(client: SQSClient, queueUrl: string, work: string) =>
  async (pages: readonly Page[]): Promise<void> => {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: pages.map((page, index) => ({ Id: String(index), MessageBody: JSON.stringify(page) })),
      }),
    );
    if (Failed.length > 0) throw new Error(`${Failed.length} pages of the ${work} were not taken: ${Failed[0]?.Code}`);
  };
