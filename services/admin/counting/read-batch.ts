/**
 * A queue's batch as events. Those that cannot be read come again alone; those that cannot be counted together are counted one by one
 * before the queue gives up on them, so that one bad event takes none of the others into the dead-letter queue.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { busMessage } from '#shared/messaging/published-event.ts';
import { type CountedEvent, countedEvent } from '../domain/measure.ts';

const message = busMessage(countedEvent);

/** One write for many costs a fraction of many writes. The queue gives up after five deliveries; two are left for one by one. */
const deliveriesTogether = 3;

interface Read {
  readonly messageId: string;
  readonly event: CountedEvent;
}

const isOften = ({ attributes }: SQSRecord): boolean => Number(attributes.ApproximateReceiveCount) > deliveriesTogether;

export const batchConsumer =
  (logger: Pick<Logger, 'error'>, handle: (events: readonly CountedEvent[]) => Promise<void>) =>
  async ({ Records }: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> => {
    const failed = new Set<string>();
    const read = (records: readonly SQSRecord[]): Read[] =>
      records.flatMap(({ body, messageId }) => {
        try {
          return [{ messageId, event: message.parse(JSON.parse(body)).detail }];
        } catch (error) {
          logger.error('event not understood', { messageId, error: error as Error });
          failed.add(messageId);
          return [];
        }
      });
    const count = async (all: readonly Read[]): Promise<void> => {
      if (all.length === 0) return;
      try {
        await handle(all.map(({ event }) => event));
      } catch (error) {
        logger.error('events not counted', { events: all.length, error: error as Error });
        for (const { messageId } of all) failed.add(messageId);
      }
    };
    const often = Records.filter(isOften);
    await count(read(Records.filter((record) => !isOften(record))));
    for (const one of read(often)) await count([one]);
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
