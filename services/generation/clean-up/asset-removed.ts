/**
 * Removes the file of an asset whose row is gone: it expired, its owner removed it, or left. An asset's id is never used again,
 * and S3 takes it well when nothing is there: told twice, or late, it is done once.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { failedRecord } from '#shared/messaging/stream-consumer.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import { type Uploads, uploadKey } from '../storage/uploads.ts';

const keys = z.object({ owner: z.object({ S: z.string().min(1) }), id: z.object({ S: idSchema('ast') }) });

export interface AssetRemovedDeps {
  readonly uploads: Pick<Uploads, 'remove'>;
  readonly logger: Pick<Logger, 'error'>;
}

export const assetRemoved = ({ uploads, logger }: AssetRemovedDeps) => {
  const removeFile = async (record: DynamoDBRecord): Promise<DynamoDBRecord | undefined> => {
    try {
      const { owner, id } = keys.parse(record.dynamodb?.Keys);
      await uploads.remove(uploadKey(parseOwnerKey(owner.S), id.S));
      return undefined;
    } catch (error) {
      logger.error('file of a removed asset remains', { keys: record.dynamodb?.Keys, error: error as Error });
      return record;
    }
  };
  /** Reads a stream of the assets table. */
  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const removed = Records.filter(({ eventName }) => eventName === 'REMOVE');
    const outcomes = await Promise.all(removed.map(removeFile));
    const failed = outcomes.find((record) => record !== undefined);
    // Lambda begins again at the first that failed: what follows is done twice.
    return { batchItemFailures: failed ? [failedRecord(failed)] : [] };
  };
};
