/** The lists over many accounts that the balances table's indexes give: who is due for today's allowance, whose holds are past their expiry. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { parseOwnerKey } from '#shared/owner.ts';
import { balanceIndexes } from './balances.ts';

/** Where the next page begins. */
export const dueCursor = z.strictObject({ owner: z.string().max(200), sort: z.string().max(200) });
export type DueCursor = z.infer<typeof dueCursor>;

export interface DuePage {
  /** Streams of accounts, and so their owners' keys. */
  readonly owners: readonly string[];
  /** For each of them, where a page behind it begins: for whoever stops in between. */
  readonly behind: readonly DueCursor[];
  /** Absent on the last page. */
  readonly next?: DueCursor;
}

interface Range {
  readonly partition: string;
  /** Sort keys below this. */
  readonly before: string;
  readonly limit: number;
  readonly from?: DueCursor | undefined;
}

/** One page of an index, from its lowest sort key. */
export const pageBelow =
  (client: DynamoDBDocumentClient, table: string, index: keyof typeof balanceIndexes) =>
  async ({ partition, before, limit, from }: Range): Promise<DuePage> => {
    const { partitionKey, sortKey } = balanceIndexes[index];
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: '#partition = :partition AND #sort < :before',
        ProjectionExpression: '#owner, #sort',
        ExpressionAttributeNames: { '#partition': partitionKey, '#sort': sortKey, '#owner': 'owner' },
        ExpressionAttributeValues: { ':partition': partition, ':before': before },
        Limit: limit,
        ...(from ? { ExclusiveStartKey: { owner: from.owner, [partitionKey]: partition, [sortKey]: from.sort } } : {}),
      }),
    );
    return {
      owners: Items.map(({ owner }) => String(owner)),
      behind: Items.map(({ owner, [sortKey]: sort }) => ({ owner: String(owner), sort: String(sort) })),
      ...(LastEvaluatedKey
        ? { next: { owner: String(LastEvaluatedKey.owner), sort: String(LastEvaluatedKey[sortKey]) } }
        : {}),
    };
  };
export type PageBelow = ReturnType<typeof pageBelow>;

/** The users of an app whose owner keys these are. */
export const usersOf = (owners: readonly string[]): string[] => owners.map((owner) => parseOwnerKey(owner).user);
