/** Which of a user's assets can be shown: asked for a page of things that name assets, in one or two calls. */
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { Asset, AssetId } from './asset-table.ts';

/** Those of the ids that are there and ready. */
export type ReadyAssets = (owner: Owner, ids: readonly AssetId[]) => Promise<ReadonlySet<AssetId>>;

/** What BatchGetItem takes. */
const batchSize = 100;
/** Calls for one batch: DynamoDB gives back what it had no capacity for. */
const maxAttempts = 5;

export const readyAssets =
  (client: DynamoDBDocumentClient, table: string): ReadyAssets =>
  async (owner, ids) => {
    const unique = [...new Set(ids)];
    const ready = new Set<AssetId>();
    const readBatch = async (batch: readonly AssetId[]): Promise<void> => {
      let keys: Record<string, unknown>[] = batch.map((id) => ({ owner: ownerKey(owner), id }));
      for (let attempt = 0; keys.length > 0; attempt += 1) {
        if (attempt === maxAttempts) throw new Error(`${keys.length} assets were not read in ${maxAttempts} attempts`);
        const { Responses = {}, UnprocessedKeys = {} } = await client.send(
          new BatchGetCommand({
            RequestItems: {
              [table]: {
                Keys: keys,
                ConsistentRead: true,
                ProjectionExpression: 'id, #status',
                ExpressionAttributeNames: { '#status': 'status' },
              },
            },
          }),
        );
        for (const { id, status } of (Responses[table] ?? []) as Pick<Asset, 'id' | 'status'>[])
          if (status === 'ready') ready.add(id);
        keys = UnprocessedKeys[table]?.Keys ?? [];
      }
    };
    for (let next = 0; next < unique.length; next += batchSize) await readBatch(unique.slice(next, next + batchSize));
    return ready;
  };
