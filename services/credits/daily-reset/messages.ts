/** What the daily reset says to itself: a page of an app's accounts to look through, and a few accounts to give their allowance. */
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { appId, userId } from '#shared/owner.ts';
import { dueCursor } from '../read-models/balance-indexes.ts';

/** Accounts in one message, and messages in one call: a page of a hundred accounts is one call. */
export const ownersPerMessage = 10;
export const messagesPerCall = 10;

/**
 * The start, from the schedule or an admin, has only `app` (an admin's says who and why); the reset itself goes on with a
 * cursor. It names no day: a message that comes late must not issue what was due when it was sent.
 */
export const resetMessage = z.strictObject({
  kind: z.literal('page'),
  app: appId,
  cursor: dueCursor.optional(),
  /** Shared by all that one start leads to; the start's message id unless it says another. */
  correlationId: z.string().min(1).max(128).optional(),
  /** Who asked for it: `admin:<id>`. Absent: the schedule. */
  actor: z.string().min(1).max(140).optional(),
});
export type ResetMessage = z.infer<typeof resetMessage>;

export const issueMessage = z.strictObject({
  app: appId,
  users: z.array(userId).min(1).max(ownersPerMessage),
  correlationId: z.string().min(1).max(128),
  actor: z.string().min(1).max(140).optional(),
});
export type IssueMessage = z.infer<typeof issueMessage>;

/** Sends a page, or the start of a reset: `sendReset(sqs(), url)({ kind: 'page', app, actor })`. */
export const sendReset =
  (client: SQSClient, queueUrl: string) =>
  async (message: ResetMessage): Promise<void> => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
  };
export type SendReset = ReturnType<typeof sendReset>;

/** @throws RangeError for more than ten. @throws Error when the queue refuses any of them. */
export const sendIssues =
  (client: SQSClient, queueUrl: string) =>
  async (messages: readonly IssueMessage[]): Promise<void> => {
    if (messages.length > messagesPerCall) throw new RangeError(`at most ${messagesPerCall} messages go in one call`);
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) })),
      }),
    );
    if (Failed.length > 0)
      throw new Error(`${Failed.length} of ${messages.length} messages were not taken: ${Failed[0]?.Code}`);
  };
export type SendIssues = ReturnType<typeof sendIssues>;
