/** An app's users as a list for admins: the newest first, or those whose address begins with some text. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { readKeys } from '#shared/aws/read-keys.ts';
import type { UserRecord } from '../domain/user.ts';

/** The table's indexes for it. They hold keys alone, so that what users do all day costs nothing here. Who left has no address. */
export const userIndexes = {
  byEmail: { partitionKey: 'app', sortKey: 'email_key' },
  byCreated: { partitionKey: 'app', sortKey: 'created_at' },
} as const;

/** Of a sort key DynamoDB takes 1,024 bytes; addresses are 254 characters at most. */
const maxKey = 254;
/** As addresses are searched: whoever typed it with capitals is found all the same. @example emailKey('Mia@Example.com') // 'mia@example.com' */
export const emailKey = (email: string): string => email.trim().normalize('NFC').toLowerCase().slice(0, maxKey);

/** Where the next page begins: an item's key in the index. */
const cursor = z.strictObject({ owner: z.string().min(1).max(200), sort: z.string().min(1).max(300) });
export type UserCursor = z.infer<typeof cursor>;
/** A place in this very list: DynamoDB takes no other for one. */
export const cursorOf = (app: string, prefix = '') =>
  cursor.refine(({ owner, sort }) => owner.startsWith(`${app}#`) && sort.startsWith(prefix));

export interface UserQuery {
  readonly app: string;
  /** Of an address, as `emailKey` makes it. Absent: all, the newest first. */
  readonly prefix?: string | undefined;
  /** At most 100. */
  readonly limit: number;
  readonly from?: UserCursor | undefined;
}

export interface UserPage {
  readonly users: readonly UserRecord[];
  /** Absent on the last page. */
  readonly next?: UserCursor;
}

export const listUsers = (client: DynamoDBDocumentClient, table: string) => {
  const rowsOf = readKeys<UserRecord>(client, { table, consistent: false });
  return async ({ app, prefix, limit, from }: UserQuery): Promise<UserPage> => {
    const index = prefix === undefined ? 'byCreated' : 'byEmail';
    const { partitionKey, sortKey } = userIndexes[index];
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: `#app = :app${prefix === undefined ? '' : ' AND begins_with(#sort, :prefix)'}`,
        ExpressionAttributeNames: { '#app': partitionKey, ...(prefix === undefined ? {} : { '#sort': sortKey }) },
        ExpressionAttributeValues: { ':app': app, ...(prefix === undefined ? {} : { ':prefix': prefix }) },
        ScanIndexForward: prefix !== undefined,
        Limit: limit,
        // The partition is the caller's own app, whatever the cursor says.
        ...(from ? { ExclusiveStartKey: { owner: from.owner, [partitionKey]: app, [sortKey]: from.sort } } : {}),
      }),
    );
    const found = new Map((await rowsOf(Items.map(({ owner }) => ({ owner })))).map((row) => [row.owner, row]));
    const users = Items.flatMap(({ owner }) => found.get(String(owner)) ?? []);
    const last = LastEvaluatedKey && { owner: String(LastEvaluatedKey.owner), sort: String(LastEvaluatedKey[sortKey]) };
    return { users, ...(last ? { next: last } : {}) };
  };
};
export type ListUsers = ReturnType<typeof listUsers>;
