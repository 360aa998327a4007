/** What keeps an eye on tasks that providers work on: a message that says when to look, or to stop one. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { appId, userId } from '#shared/owner.ts';
import { abandonedTask } from '../domain/job-events.ts';
import { groupOf } from './job-message.ts';

const about = {
  app: appId,
  user: userId,
  jobId: idSchema('gen'),
  correlationId: z.string().max(128),
  causationId: z.string().max(128),
};

/** The task is asked after again and again, with longer and longer pauses. */
export const checkTask = z.strictObject({
  kind: z.literal('check'),
  ...about,
  taskId: abandonedTask.shape.taskId,
  tries: z.int().min(0),
});
/** The provider told of it: it is asked after once, now. */
export const taskTold = z.strictObject({
  kind: z.literal('told'),
  ...about,
  taskId: abandonedTask.shape.taskId,
  attempt: z.int().min(1),
  provider: z.string().max(60),
  model: z.string().max(100),
  isOver: z.boolean(),
});
/** Nobody waits for it any more. */
export const stopTask = z.strictObject({ kind: z.literal('stop'), ...about, task: abandonedTask });

export const followMessage = z.discriminatedUnion('kind', [checkTask, taskTold, stopTask]);
export type FollowMessage = z.infer<typeof followMessage>;
export type CheckTask = z.infer<typeof checkTask>;
export type TaskTold = z.infer<typeof taskTold>;
export type StopTask = z.infer<typeof stopTask>;

/** `afterSeconds`: at most 900. */
export type SendFollow = (message: FollowMessage, afterSeconds: number) => Promise<void>;

export const sendFollow =
  (client: SQSClient, queueUrl: string): SendFollow =>
  async (message, afterSeconds) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        MessageGroupId: groupOf(message),
        ...(afterSeconds > 0 ? { DelaySeconds: afterSeconds } : {}),
      }),
    );
  };

const longestPause = 60;

/** 2 s before the first look, then 3, 4, 6, 8 … 60 s, each a fifth more or less. */
export const lookAfterSeconds = (tries: number, random: () => number = Math.random): number => {
  const seconds = Math.min(longestPause, 2 * 1.4 ** Math.min(tries, 20));
  return Math.max(1, Math.round(seconds * (0.8 + 0.4 * random())));
};
