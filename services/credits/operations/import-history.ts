/** Brings what an app's old ledger said, as rows to read beneath the account's own statement. Rows that are there stay. */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { bringUpToDate, type ReadModel } from '#shared/operations/rebuild-rows.ts';
import { type ImportedEntry, importedRow } from '../read-models/imported-history.ts';

export interface OwnedEntry {
  /** `app#user`. */
  readonly owner: string;
  readonly entry: ImportedEntry;
}

export const historyImport = (client: DynamoDBDocumentClient, table: string) => {
  const readModel: ReadModel<'history'> = { name: 'history', table, key: ['owner', 'sk'], rowPer: 'event' };
  return {
    /** Answers how many were not there, or otherwise. */
    async write(entries: readonly OwnedEntry[]): Promise<number> {
      const writes = entries.map(({ owner, entry }) => ({ table: 'history' as const, row: importedRow(owner, entry) }));
      return (await bringUpToDate(client, readModel, writes)).written;
    },
    async isThere({ owner, entry }: OwnedEntry): Promise<boolean> {
      const { sk } = importedRow(owner, entry);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: { owner, sk } }));
      return Item !== undefined;
    },
  };
};
export type HistoryImport = ReturnType<typeof historyImport>;
