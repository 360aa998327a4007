/** An app's accounts as lists for admins: by balance, by what was spent, or by the beginning of a user id. */
import { BatchGetCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Balance, balanceIndexes } from './balances.ts';

/** Where the next page begins: an item's key in the index. */
export const accountCursor = z.strictObject({ owner: z.string().min(1).max(200), sort: z.string().min(1).max(200) });
export type AccountCursor = z.infer<typeof accountCursor>;

export interface AccountQuery {
  readonly app: string;
  readonly index: 'byBalance' | 'bySpent' | 'byUser';
  /** Of the user id; only with `byUser`. */
  readonly prefix?: string | undefined;
  readonly ascending: boolean;
  /** At most 100. */
  readonly limit: number;
  readonly from?: AccountCursor | undefined;
}

export interface AccountPage {
  readonly rows: readonly Balance[];
  /** Absent on the last page. */
  readonly next?: AccountCursor;
}

const maxTries = 3;

/** The rows of these owners, in their order; one that is gone meanwhile is left out. */
const rowsOf = async (
  client: DynamoDBDocumentClient,
  table: string,
  owners: readonly string[],
): Promise<readonly Balance[]> => {
  const found = new Map<string, Balance>();
  let keys = owners.map((owner) => ({ owner }));
  for (let tries = 0; keys.length > 0; tries += 1) {
    if (tries === maxTries) throw new Error(`${keys.length} accounts were not read in ${maxTries} tries`);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: keys } } }),
    );
    for (const row of (Responses?.[table] ?? []) as Balance[]) found.set(row.owner, row);
    keys = (UnprocessedKeys?.[table]?.Keys ?? []) as { owner: string }[];
  }
  return owners.flatMap((owner) => found.get(owner) ?? []);
};

/** One page. The indexes hold keys only, so that a write which changes none of them costs nothing there; the rows are read by them. */
export const listAccounts =
  (client: DynamoDBDocumentClient, table: string) =>
  async ({ app, index, prefix, ascending, limit, from }: AccountQuery): Promise<AccountPage> => {
    const { partitionKey, sortKey } = balanceIndexes[index];
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: `#partition = :app${prefix === undefined ? '' : ' AND begins_with(#sort, :prefix)'}`,
        ExpressionAttributeNames: { '#partition': partitionKey, ...(prefix === undefined ? {} : { '#sort': sortKey }) },
        ExpressionAttributeValues: { ':app': app, ...(prefix === undefined ? {} : { ':prefix': prefix }) },
        ScanIndexForward: ascending,
        Limit: limit,
        // The partition is the caller's own app, whatever the cursor says.
        ...(from ? { ExclusiveStartKey: { owner: from.owner, [partitionKey]: app, [sortKey]: from.sort } } : {}),
      }),
    );
    const rows = await rowsOf(
      client,
      table,
      Items.map(({ owner }) => String(owner)),
    );
    return {
      rows,
      ...(LastEvaluatedKey
        ? { next: { owner: String(LastEvaluatedKey.owner), sort: String(LastEvaluatedKey[sortKey]) } }
        : {}),
    };
  };
export type ListAccounts = ReturnType<typeof listAccounts>;
