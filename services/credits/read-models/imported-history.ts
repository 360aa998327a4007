/**
 * What an account's ledger said before the app moved here: rows to read, beneath the account's own statement, which no rule depends
 * on and nobody changes. The balance that they led to came as grants of the account's own stream (`docs/adr/0024`).
 */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Transaction } from '../views.ts';

/** Begins the sort keys of entries: beside them lies what imports remember of the account. */
export const entryPrefix = 'entry#';

export type ImportedEntry = Pick<
  Transaction,
  'id' | 'type' | 'amount' | 'balance_after' | 'tool' | 'generation_id' | 'created_at'
>;

/** As it lies in the table. */
export interface ImportedRow extends ImportedEntry {
  /** `app#user`. */
  readonly owner: string;
  /** `entry#<created_at>#<id>`: sorts by time. */
  readonly sk: string;
}

export const importedRow = (owner: string, entry: ImportedEntry): ImportedRow => ({
  ...entry,
  owner,
  sk: `${entryPrefix}${entry.created_at}#${entry.id}`,
});

/** As its user sees it. */
export const importedTransaction = ({ owner: _, sk: __, ...entry }: ImportedRow): Transaction => ({
  ...entry,
  grants: [],
  grant_kind: null,
  reason: null,
  imported: true,
});

export interface ReadHistory {
  readonly direction: 'forward' | 'backward';
  /** Behind this row's sort key. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface ImportedHistory {
  /** One page; short only at the end. */
  read(owner: string, options: ReadHistory): Promise<readonly ImportedRow[]>;
}

export const importedHistory = (client: DynamoDBDocumentClient, table: string): ImportedHistory => ({
  async read(owner, { direction, after, limit }) {
    const rows: ImportedRow[] = [];
    let from: Record<string, unknown> | undefined = after === undefined ? undefined : { owner, sk: after };
    // A page of a Query holds 1 MB at most, a row a few hundred bytes.
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#owner = :owner AND begins_with(sk, :prefix)',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': owner, ':prefix': entryPrefix },
          ScanIndexForward: direction === 'forward',
          Limit: limit - rows.length,
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      rows.push(...(Items as ImportedRow[]));
      from = LastEvaluatedKey;
    } while (from && rows.length < limit);
    return rows;
  },
});

const pageSize = 500;

/** Every entry, oldest first, page by page. */
export async function* importedEntries(
  history: Pick<ImportedHistory, 'read'>,
  owner: string,
): AsyncGenerator<Transaction> {
  let after: string | undefined;
  for (;;) {
    const rows = await history.read(owner, { direction: 'forward', after, limit: pageSize });
    for (const row of rows) yield importedTransaction(row);
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.sk;
  }
}
