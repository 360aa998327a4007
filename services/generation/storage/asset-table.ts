/**
 * Assets: what a user announced and, once checked, what arrived. One item an asset, under its owner; ids are UUIDv7, so
 * the key order is the order of time.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Id } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { UploadType } from '../contracts.ts';

export type AssetId = Id<'ast'>;

interface Announced {
  readonly id: AssetId;
  readonly contentType: UploadType;
  /** Announced bytes, then those that arrived. */
  readonly bytes: number;
  readonly fileName?: string | undefined;
  readonly createdAt: string;
}

/** What a check found in a good file. `etag` pins the checked bytes. */
export interface CheckedFile {
  readonly etag: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
}

export type ReadyAsset = Announced & CheckedFile & { readonly status: 'ready' };
export type Asset =
  | (Announced & { readonly status: 'awaiting_upload' })
  | ReadyAsset
  | (Announced & { readonly status: 'rejected'; readonly reason: string });

export interface AssetTable {
  create(owner: Owner, asset: Announced): Promise<void>;
  get(owner: Owner, id: AssetId): Promise<Asset | undefined>;
  /** Newest first, behind `before`. */
  list(owner: Owner, page: { limit: number; before?: string | undefined }): Promise<readonly Asset[]>;
  remove(owner: Owner, id: AssetId): Promise<void>;
  /** Answers whether the asset is still there: its owner may have removed it meanwhile. */
  markReady(owner: Owner, id: AssetId, file: CheckedFile): Promise<boolean>;
  markRejected(owner: Owner, id: AssetId, reason: string): Promise<boolean>;
}

/** Sets these attributes and drops those, if the asset exists. */
const updateExisting = async (
  client: DynamoDBDocumentClient,
  target: { TableName: string; Key: Record<string, string> },
  values: Readonly<Record<string, unknown>>,
  dropped: readonly string[],
): Promise<boolean> => {
  const set = Object.keys(values).map((name) => `#${name} = :${name}`);
  try {
    await client.send(
      new UpdateCommand({
        ...target,
        UpdateExpression: `SET ${set.join(', ')} REMOVE ${dropped.map((name) => `#${name}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(id)',
        ExpressionAttributeNames: Object.fromEntries(
          [...Object.keys(values), ...dropped].map((name) => [`#${name}`, name]),
        ),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

export const assetTable = (client: DynamoDBDocumentClient, table: string): AssetTable => {
  const target = (owner: Owner, id: AssetId) => ({ TableName: table, Key: { owner: ownerKey(owner), id } });
  return {
    async create(owner, asset) {
      const Item = { owner: ownerKey(owner), ...asset, status: 'awaiting_upload' };
      await client.send(new PutCommand({ TableName: table, Item }));
    },
    async get(owner, id) {
      const { Item } = await client.send(new GetCommand({ ...target(owner, id), ConsistentRead: true }));
      return Item as Asset | undefined;
    },
    async list(owner, { limit, before }) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: before === undefined ? '#owner = :owner' : '#owner = :owner AND id < :before',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: {
            ':owner': ownerKey(owner),
            ...(before === undefined ? {} : { ':before': before }),
          },
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      return Items as Asset[];
    },
    async remove(owner, id) {
      await client.send(new DeleteCommand(target(owner, id)));
    },
    markReady: (owner, id, { etag, bytes, sha256, width, height }) =>
      updateExisting(client, target(owner, id), { status: 'ready', etag, bytes, sha256, width, height }, ['reason']),
    markRejected: (owner, id, reason) =>
      updateExisting(client, target(owner, id), { status: 'rejected', reason }, ['etag', 'sha256', 'width', 'height']),
  };
};
