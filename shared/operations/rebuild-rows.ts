/**
 * Brings rows of a read model up to date with what events say, beside the live projections: a row is only written where none or no
 * newer one is, and one that is right already is left alone.
 */
import { isDeepStrictEqual } from 'node:util';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, BatchWriteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

export type Row = Readonly<Record<string, unknown>>;

/** A table of rows as a rebuild needs to know it. */
export interface ReadModel<Name extends string = string> {
  readonly name: Name;
  readonly table: string;
  /** Names of the key's attributes, the partition key first. */
  readonly key: readonly string[];
  /** Each row is of its stream's newest event and carries that one's number; or of one event for ever. */
  readonly rowPer: 'newest version' | 'event';
}

/** A row and the read model that it is of. */
export interface RowWrite<Name extends string = string> {
  readonly table: Name;
  readonly row: object;
}

export interface RowCounts {
  written: number;
  /** Right already, or made of a newer event. */
  skipped: number;
}

/** What one BatchGetItem and one BatchWriteItem take. */
const maxKeysPerRead = 100;
const maxItemsPerWrite = 25;
const writesAtOnce = 16;
/** DynamoDB may hand back some of a batch when it is busy. The SDK waits before it tries a call that brought nothing again. */
const maxTries = 50;

const inChunks = <Value>(values: readonly Value[], size: number): Value[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));

const keyOf = ({ key }: ReadModel, row: Row): Record<string, unknown> =>
  Object.fromEntries(key.map((name) => [name, row[name]]));
const keyText = (readModel: ReadModel, row: Row): string => JSON.stringify(Object.values(keyOf(readModel, row)));

const withoutUndefined = (row: object): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

/** Those of one read model; of several for one key the newest. */
const newestRows = (readModel: ReadModel, writes: readonly RowWrite[]): Row[] => {
  const rows = new Map<string, Row>();
  for (const { table, row } of writes) {
    if (table !== readModel.name) continue;
    const plain = withoutUndefined(row);
    const key = keyText(readModel, plain);
    const other = rows.get(key);
    if (!other || Number(plain.version ?? 0) >= Number(other.version ?? 0)) rows.set(key, plain);
  }
  return [...rows.values()];
};

const readRows = async (
  client: DynamoDBDocumentClient,
  readModel: ReadModel,
  rows: readonly Row[],
): Promise<Map<string, Row>> => {
  const found = new Map<string, Row>();
  let keys: Record<string, unknown>[] = rows.map((row) => keyOf(readModel, row));
  for (let tries = 0; keys.length > 0; tries += 1) {
    if (tries === maxTries) throw new Error(`${readModel.table} gives back no rows: it is too busy`);
    const { Responses = {}, UnprocessedKeys = {} } = await client.send(
      new BatchGetCommand({ RequestItems: { [readModel.table]: { Keys: keys, ConsistentRead: true } } }),
    );
    for (const row of Responses[readModel.table] ?? []) found.set(keyText(readModel, row), row);
    keys = UnprocessedKeys[readModel.table]?.Keys ?? [];
  }
  return found;
};

/** Puts a row unless a newer one is there. Tells whether it was put. */
const putUnlessNewer = async (
  client: DynamoDBDocumentClient,
  { table, key }: ReadModel,
  row: Row,
): Promise<boolean> => {
  const [partitionKey = ''] = key;
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: { ...row },
        ConditionExpression: 'attribute_not_exists(#key) OR #version <= :version',
        ExpressionAttributeNames: { '#key': partitionKey, '#version': 'version' },
        ExpressionAttributeValues: { ':version': row.version },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** Puts rows that no other event can lead to: there is no newer one to lose. */
const putTogether = async (
  client: DynamoDBDocumentClient,
  { table }: ReadModel,
  rows: readonly Row[],
): Promise<void> => {
  let requests = rows.map((row): { PutRequest?: { Item: Row } } => ({ PutRequest: { Item: row } }));
  for (let tries = 0; requests.length > 0; tries += 1) {
    if (tries === maxTries) throw new Error(`${table} takes no rows: it is too busy`);
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteCommand({
        RequestItems: { [table]: requests as { PutRequest: { Item: Record<string, unknown> } }[] },
      }),
    );
    requests = (UnprocessedItems[table] ?? []) as typeof requests;
  }
};

/** Writes rows that are missing or wrong. Answers how many: newer ones stay. */
const writeRows = async (
  client: DynamoDBDocumentClient,
  readModel: ReadModel,
  rows: readonly Row[],
): Promise<number> => {
  let written = 0;
  if (readModel.rowPer === 'event') {
    await Promise.all(inChunks(rows, maxItemsPerWrite).map((chunk) => putTogether(client, readModel, chunk)));
    return rows.length;
  }
  for (const chunk of inChunks(rows, writesAtOnce)) {
    const put = await Promise.all(chunk.map((row) => putUnlessNewer(client, readModel, row)));
    written += put.filter(Boolean).length;
  }
  return written;
};

/** Writes those of one read model that are missing or wrong; rows of others are left out. */
export const bringUpToDate = async (
  client: DynamoDBDocumentClient,
  readModel: ReadModel,
  writes: readonly RowWrite[],
): Promise<RowCounts> => {
  const counts: RowCounts = { written: 0, skipped: 0 };
  for (const rows of inChunks(newestRows(readModel, writes), maxKeysPerRead)) {
    const existing = await readRows(client, readModel, rows);
    const due = rows.filter((row) => {
      const there = existing.get(keyText(readModel, row));
      if (!there) return true;
      const newer = readModel.rowPer === 'newest version' && Number(there.version) > Number(row.version);
      return !newer && !isDeepStrictEqual({ ...there }, { ...row });
    });
    counts.written += await writeRows(client, readModel, due);
    counts.skipped += rows.length;
  }
  return { written: counts.written, skipped: counts.skipped - counts.written };
};
