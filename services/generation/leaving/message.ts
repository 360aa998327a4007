/** What the function that removes a user's data reads: the event itself, and the same again while there is more to do. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { userDeleted } from '#services/identity/contracts.ts';
import { busMessage } from '#shared/messaging/published-event.ts';

export const leavingMessage = busMessage(userDeleted).extend({
  /** How often the function sent it to itself before. */
  round: z.int().min(0).default(0),
});
export type LeavingMessage = z.output<typeof leavingMessage>;

/** A user with ten million files is through by then; whatever goes on longer is a fault. */
const maxRounds = 1_000;

export type SendOn = (message: LeavingMessage, delaySeconds: number) => Promise<void>;

/** A message of its own and not a failure of this one: a queue gives a message up after five. */
export const sendOn =
  (client: SQSClient, queueUrl: string): SendOn =>
  async (message, delaySeconds) => {
    const round = message.round + 1;
    if (round > maxRounds) throw new Error(`the data of a user who left is not gone after ${maxRounds} rounds`);
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify({ ...message, round }),
        DelaySeconds: delaySeconds,
      }),
    );
  };
