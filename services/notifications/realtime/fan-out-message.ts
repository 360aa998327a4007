/** What the fan-out says to itself: a page of an app's connections to look up, and some connections to send to. */
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { appId } from '#shared/owner.ts';
import { type SocketMessage, socketMessage } from '../contracts.ts';
import type { ConnectionKey } from '../storage/connection-table.ts';
import { answeredWithinMs } from './sockets.ts';

/** Connections of one batch. */
export const maxBatch = 100;
/** A connection that takes nothing at the last of so many tries is closed. */
export const maxAttempts = 3;
/** Between them. */
export const pauseSeconds = 5;
/** From the first try to the end of all: the message was taken, or the connection is closed. Without what the queue takes. */
export const maxTellingMs = (maxAttempts + 1) * answeredWithinMs + (maxAttempts - 1) * pauseSeconds * 1_000;

export const fanOutMessage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('page'),
    app: appId,
    shard: z.int().min(0).max(3),
    after: z.string().max(128).optional(),
    message: socketMessage,
  }),
  z.strictObject({
    kind: z.literal('batch'),
    connections: z
      .array(z.strictObject({ owner: z.string().max(200), connection: z.string().max(128) }))
      .min(1)
      .max(maxBatch),
    message: socketMessage,
    /** 1: the first. */
    attempt: z.int().min(1),
  }),
]);
export type FanOutMessage = z.infer<typeof fanOutMessage>;
export type FanOutPage = Extract<FanOutMessage, { kind: 'page' }>;
export type FanOutBatch = Extract<FanOutMessage, { kind: 'batch' }>;

/** At once, or so many seconds from now. @throws Error when the queue refuses any. */
export type SendFanOut = (messages: readonly FanOutMessage[], delaySeconds?: number) => Promise<void>;

/** Has those that were busy tried again, after a pause. `attempt`: the one that they were busy at. */
export const tryAgain = (
  send: SendFanOut,
  {
    busy,
    message,
    attempt,
  }: { readonly busy: readonly ConnectionKey[]; readonly message: SocketMessage; readonly attempt: number },
): Promise<void> => {
  const connections = busy.map(({ owner, connection }) => ({ owner, connection }));
  return send([{ kind: 'batch', connections, message, attempt: attempt + 1 }], pauseSeconds);
};

/** What one call takes; SQS counts the bytes of all its messages together. */
const perCall = 10;
const bytesPerCall = 200_000;

const inCalls = (bodies: readonly string[]): string[][] => {
  const calls: string[][] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    const last = calls.at(-1);
    const fits = last && last.length < perCall && bytes + size <= bytesPerCall;
    bytes = fits ? bytes + size : size;
    if (fits) last.push(body);
    else calls.push([body]);
  }
  return calls;
};

export const sendFanOut =
  (client: SQSClient, queueUrl: string): SendFanOut =>
  async (messages, delaySeconds = 0) => {
    for (const bodies of inCalls(messages.map((message) => JSON.stringify(message)))) {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: bodies.map((MessageBody, index) => ({
            Id: String(index),
            MessageBody,
            DelaySeconds: delaySeconds,
          })),
        }),
      );
      if (Failed.length > 0)
        throw new Error(`${Failed.length} messages of a fan-out were not taken: ${Failed[0]?.Code}`);
    }
  };
