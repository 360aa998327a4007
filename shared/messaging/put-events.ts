/** Puts published events on the bus, for the relays: in order, in calls of ten, and told from where to go on when the bus refuses one. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import type { PublishedEvent } from './published-event.ts';
import { failedRecord } from './stream-consumer.ts';

/** EventBridge takes at most 10 entries a call. */
const entriesPerCall = 10;

export interface Bus {
  readonly client: EventBridgeClient;
  readonly logger: Logger;
  readonly bus: string;
  /** For example `tessera.credits`. */
  readonly source: string;
}

/** An event and the stream's record that it comes from. */
export interface Pending {
  readonly record: DynamoDBRecord;
  readonly event: PublishedEvent;
}

export const putEvents = ({ client, logger, bus, source }: Bus) => {
  const toEntry = ({ event }: Pending): PutEventsRequestEntry => ({
    EventBusName: bus,
    Source: source,
    DetailType: event.type,
    Detail: JSON.stringify(event),
    Time: new Date(event.at),
  });

  const put = async (batch: readonly Pending[]): Promise<DynamoDBRecord[]> => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: batch.map(toEntry) }));
    return batch.filter((_, index) => Entries[index]?.ErrorCode !== undefined).map(({ record }) => record);
  };

  return async (pending: readonly Pending[]): Promise<DynamoDBBatchResponse> => {
    for (let start = 0; start < pending.length; start += entriesPerCall) {
      const batch = pending.slice(start, start + entriesPerCall);
      const failed = await put(batch).catch((error: unknown) => {
        logger.error('bus refused a batch', { error: error as Error });
        return batch.map(({ record }) => record);
      });
      const [first] = failed;
      // Lambda repeats from the first failure on; what went through before it is not published again.
      if (first) {
        logger.warn('events not published yet', { failed: failed.length });
        return { batchItemFailures: [failedRecord(first)] };
      }
    }
    return { batchItemFailures: [] };
  };
};
