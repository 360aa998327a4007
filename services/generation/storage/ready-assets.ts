/** Which of a user's assets can be shown: asked for a page of things that name assets, in one or two calls. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Owner } from '#shared/owner.ts';
import type { Asset, AssetId } from './asset-table.ts';
import { readItems } from './read-items.ts';

/** Those of the ids that are there and ready. */
export type ReadyAssets = (owner: Owner, ids: readonly AssetId[]) => Promise<ReadonlySet<AssetId>>;

export const readyAssets = (client: DynamoDBDocumentClient, table: string): ReadyAssets => {
  const attributes = ['id', 'status'];
  const read = readItems<Pick<Asset, 'id' | 'status'>>(client, { table, attributes, consistent: true });
  return async (owner, ids) =>
    new Set((await read(owner, ids)).flatMap(({ id, status }) => (status === 'ready' ? [id] : [])));
};
