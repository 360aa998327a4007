/** Items of one owner by their ids, in as few calls as it takes. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type ItemsToRead, readKeys } from '#shared/aws/read-keys.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';

/** Of a table whose keys are `owner` and `id`. Those that are there, in no order. Each id is asked for once. */
export const readItems = <Item>(client: DynamoDBDocumentClient, what: ItemsToRead) => {
  const read = readKeys<Item>(client, what);
  return (owner: Owner, ids: readonly string[]): Promise<readonly Item[]> =>
    read([...new Set(ids)].map((id) => ({ owner: ownerKey(owner), id })));
};
