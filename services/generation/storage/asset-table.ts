/**
 * Assets: what a user announced and, once checked, what arrived. One item an asset, under its owner; ids are UUIDv7, so
 * the key order is the order of time. One that nothing uses expires; its first use keeps it for good.
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
import { epochSeconds } from '../time.ts';
import { fillPage } from './fill-page.ts';

export type AssetId = Id<'ast'>;

/** After so many days an asset goes that nothing has used, and one whose file was never sent. */
export const unusedDays = 30;

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

/** Epoch second after which the row may go; a used asset has none. */
export interface Expiring {
  readonly expires?: number | undefined;
}
export const isExpired = ({ expires }: Expiring, now: number): boolean => expires !== undefined && expires <= now;

/** What has expired is not there, though the table may still have it. */
export interface AssetTable {
  create(owner: Owner, asset: Announced): Promise<void>;
  get(owner: Owner, id: AssetId): Promise<Asset | undefined>;
  /** Newest first, behind `before`. A page may be shorter than its limit: `next` says whether there is more. */
  list(
    owner: Owner,
    page: { readonly limit: number; readonly before?: AssetId | undefined },
  ): Promise<{ readonly items: readonly Asset[]; readonly next: AssetId | undefined }>;
  /** The asset with its new name; null takes the name off. */
  rename(owner: Owner, id: AssetId, fileName: string | null): Promise<Asset | undefined>;
  /** Something shows it from now on, so it does not expire any more. Answers whether it is still there. */
  keep(owner: Owner, id: AssetId): Promise<boolean>;
  remove(owner: Owner, id: AssetId): Promise<void>;
  /** Answers whether the asset is still there: its owner may have removed it meanwhile. */
  markReady(owner: Owner, id: AssetId, file: CheckedFile): Promise<boolean>;
  markRejected(owner: Owner, id: AssetId, reason: string): Promise<boolean>;
}

const isThere = 'attribute_exists(id)';
/** `:now` in epoch seconds. */
const isUnexpired = '(attribute_not_exists(expires) OR expires > :now)';

interface Change {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly drop?: readonly string[];
}

const expressionOf = ({ set = {}, drop = [] }: Change): string => {
  const sets = Object.keys(set).map((name) => `#${name} = :${name}`);
  const drops = drop.map((name) => `#${name}`);
  return [sets.length > 0 ? `SET ${sets.join(', ')}` : '', drops.length > 0 ? `REMOVE ${drops.join(', ')}` : '']
    .filter((part) => part !== '')
    .join(' ');
};

interface Target {
  readonly TableName: string;
  readonly Key: Readonly<Record<string, string>>;
}

/** The asset after the change; nothing when the condition does not hold, and then nothing was changed. */
const updateIf = async (
  client: DynamoDBDocumentClient,
  target: Target,
  change: Change,
  condition: { readonly expression: string; readonly values?: Readonly<Record<string, unknown>> },
): Promise<Asset | undefined> => {
  const { set = {}, drop = [] } = change;
  const values = {
    ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
    ...condition.values,
  };
  try {
    const { Attributes } = await client.send(
      new UpdateCommand({
        ...target,
        UpdateExpression: expressionOf(change),
        ConditionExpression: condition.expression,
        ExpressionAttributeNames: Object.fromEntries([...Object.keys(set), ...drop].map((name) => [`#${name}`, name])),
        ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes as Asset;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};

const reads = (
  client: DynamoDBDocumentClient,
  table: string,
  nowSeconds: () => number,
): Pick<AssetTable, 'get' | 'list'> => ({
  async get(owner, id) {
    const Key = { owner: ownerKey(owner), id };
    const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    const found = Item as (Asset & Expiring) | undefined;
    return found && isExpired(found, nowSeconds()) ? undefined : found;
  },
  async list(owner, { limit, before }) {
    const now = nowSeconds();
    const read = async (after: string | undefined) => {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: after === undefined ? '#owner = :owner' : '#owner = :owner AND id < :after',
          FilterExpression: isUnexpired,
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: {
            ':owner': ownerKey(owner),
            ':now': now,
            ...(after === undefined ? {} : { ':after': after }),
          },
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
        }),
      );
      return { items: Items as Asset[], last: LastEvaluatedKey?.id as string | undefined };
    };
    const { items, next } = await fillPage(read, ({ id }) => id, { limit, after: before });
    return { items, next: next as AssetId | undefined };
  },
});

/** `now`: ISO-8601 UTC. */
export const assetTable = (
  client: DynamoDBDocumentClient,
  table: string,
  now: () => string = () => new Date().toISOString(),
): AssetTable => {
  const target = (owner: Owner, id: AssetId): Target => ({ TableName: table, Key: { owner: ownerKey(owner), id } });
  const nowSeconds = () => epochSeconds(now());
  const updateExisting = async (owner: Owner, id: AssetId, change: Change): Promise<boolean> =>
    (await updateIf(client, target(owner, id), change, { expression: isThere })) !== undefined;
  return {
    ...reads(client, table, nowSeconds),
    async create(owner, asset) {
      const expires = epochSeconds(asset.createdAt) + unusedDays * 86_400;
      const Item = { owner: ownerKey(owner), ...asset, status: 'awaiting_upload', expires };
      await client.send(new PutCommand({ TableName: table, Item }));
    },
    rename: (owner, id, fileName) =>
      updateIf(client, target(owner, id), fileName === null ? { drop: ['fileName'] } : { set: { fileName } }, {
        expression: `${isThere} AND ${isUnexpired}`,
        values: { ':now': nowSeconds() },
      }),
    // Whoever uses it has seen it before its time: it is saved for as long as its row is there.
    keep: (owner, id) => updateExisting(owner, id, { drop: ['expires'] }),
    async remove(owner, id) {
      await client.send(new DeleteCommand(target(owner, id)));
    },
    markReady: (owner, id, { etag, bytes, sha256, width, height }) =>
      updateExisting(owner, id, { set: { status: 'ready', etag, bytes, sha256, width, height }, drop: ['reason'] }),
    markRejected: (owner, id, reason) =>
      updateExisting(owner, id, {
        set: { status: 'rejected', reason },
        drop: ['etag', 'sha256', 'width', 'height'],
      }),
  };
};
