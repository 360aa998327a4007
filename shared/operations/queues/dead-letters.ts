/** What waits in a dead-letter queue: received, held for a while, and either done with or put back. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';

export interface DeadLetter {
  readonly id: string;
  readonly body: string;
  /** Milliseconds since 1970, when the message was first sent. */
  readonly sentAt: number;
  /** How often it was received, here and before. */
  readonly received: number;
  readonly groupId?: string | undefined;
  readonly attributes: NonNullable<Message['MessageAttributes']>;
  readonly receiptHandle: string;
  /** Set when a stream's consumer gave up: the message only points to the records. */
  readonly pointer?: Pointer | undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html */
const pointerSchema = z.object({
  requestContext: z.object({
    functionArn: z.string(),
    condition: z.string(),
    approximateInvokeCount: z.number(),
  }),
  DDBStreamBatchInfo: z.object({
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    endSequenceNumber: z.string().regex(/^\d+$/),
    approximateArrivalOfFirstRecord: z.string(),
    approximateArrivalOfLastRecord: z.string(),
    batchSize: z.number(),
    streamArn: z.string(),
  }),
});
export type Pointer = z.output<typeof pointerSchema>;

/** SQS's limit for one receive or change. */
const batchLimit = 10;
/** Meanwhile another run does not get the same messages. The longer one is a function's longest time-out, and a minute. */
const holdSeconds = { look: 60, redrive: 960 };
/** Asks all of SQS's servers; a receive that does not wait asks some. */
const waitSeconds = 1;

const readPointer = (body: string): Pointer | undefined => {
  try {
    return pointerSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};

const toDeadLetter = (message: Message): DeadLetter => {
  const {
    MessageId: id = '',
    Body: body = '',
    ReceiptHandle: receiptHandle = '',
    Attributes,
    MessageAttributes,
  } = message;
  return {
    id,
    body,
    sentAt: Number(Attributes?.SentTimestamp ?? 0),
    received: Number(Attributes?.ApproximateReceiveCount ?? 0),
    groupId: Attributes?.MessageGroupId,
    attributes: MessageAttributes ?? {},
    receiptHandle,
    pointer: readPointer(body),
  };
};

/** Receives up to `max` messages, ten at most at a time; ends when none is there. */
export async function* receive(
  sqs: SQSClient,
  url: string,
  max: number,
  purpose: keyof typeof holdSeconds,
): AsyncGenerator<DeadLetter[]> {
  for (let taken = 0; taken < max; ) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(batchLimit, max - taken),
        VisibilityTimeout: holdSeconds[purpose],
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return;
    taken += Messages.length;
    yield Messages.map(toDeadLetter);
  }
}

export const remove = (sqs: SQSClient, url: string, { receiptHandle }: DeadLetter) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receiptHandle }));

/** They can be received again at once. */
export const putBack = async (sqs: SQSClient, url: string, letters: readonly DeadLetter[]): Promise<void> => {
  for (let i = 0; i < letters.length; i += batchLimit) {
    const Entries = letters
      .slice(i, i + batchLimit)
      .map(({ receiptHandle }, at) => ({ Id: String(at), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
  }
};

/** Looks at up to `max` messages and leaves them there. SQS counts the look as a receive. */
export const lookInto = async (sqs: SQSClient, url: string, max: number): Promise<DeadLetter[]> => {
  const seen: DeadLetter[] = [];
  try {
    for await (const letters of receive(sqs, url, max, 'look')) seen.push(...letters);
  } finally {
    await putBack(sqs, url, seen);
  }
  return seen;
};
