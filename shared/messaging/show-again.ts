/** A message that comes again by design does so after a pause of its own, not after its queue's long visibility time-out. */
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** From now on, in seconds. */
export type ShowAgain = (receiptHandle: string, seconds: number) => Promise<void>;

export const showAgain =
  (client: SQSClient, queueUrl: string): ShowAgain =>
  async (receiptHandle, seconds) => {
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  };
