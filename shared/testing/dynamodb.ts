/** A DynamoDB of a test's own: dynoxide in memory on a free port, with events tables made on demand. */
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamo } from '#local/gateway/dynamodb/process.ts';

export interface TestDynamoDb {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  /** Makes a table keyed as all events tables are; gives its name. */
  createEventsTable(name: string): Promise<string>;
  /** Makes a table keyed by one string or two; gives its name. */
  createKeyedTable(name: string, partitionKey: string, sortKey?: string): Promise<string>;
  /** The same, with indexes that hold whole items. */
  createIndexedTable(name: string, keys: readonly string[], indexes: Indexes): Promise<string>;
  close(): Promise<void>;
}

export type Indexes = Readonly<Record<string, { readonly partitionKey: string; readonly sortKey: string }>>;

/** One call as DynamoDB counted it. */
export interface MeteredCall {
  readonly operation: string;
  readonly units: number;
}

/** Asks for the capacity that each call takes, and lists the calls made from now on. */
export const meter = (client: DynamoDBDocumentClient): MeteredCall[] => {
  const calls: MeteredCall[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      const { ConsumedCapacity } = result.output as {
        ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[];
      };
      const units = [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
      calls.push({ operation: (context.commandName ?? '').replace(/Command$/, ''), units });
      return result;
    },
    { step: 'initialize', name: 'meter', override: true },
  );
  return calls;
};

const eventsTable: Omit<CreateTableCommandInput, 'TableName'> = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'stream', KeyType: 'HASH' },
    { AttributeName: 'version', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'stream', AttributeType: 'S' },
    { AttributeName: 'version', AttributeType: 'N' },
  ],
};

/** What one BatchWriteItem takes, and how many are under way. */
const batchSize = 25;
const batchesAtOnce = 8;

/** Puts items as they are, past every condition: for histories that would take too long to live through. */
export const putItems = async (
  client: DynamoDBDocumentClient,
  table: string,
  items: readonly object[],
): Promise<void> => {
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const requests = items.slice(next, next + batchSize).map((item) => ({ PutRequest: { Item: { ...item } } }));
      next += batchSize;
      await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    }
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, work));
};

const keySchema = (names: readonly string[]) =>
  names.map((AttributeName, index) => ({
    AttributeName,
    KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
  }));

const indexedTable = (keys: readonly string[], indexes: Indexes): Omit<CreateTableCommandInput, 'TableName'> => {
  const ofIndexes = Object.values(indexes).flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  return {
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(keys),
    AttributeDefinitions: [...new Set([...keys, ...ofIndexes])].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, { partitionKey, sortKey }]) => ({
      IndexName,
      KeySchema: keySchema([partitionKey, sortKey]),
      Projection: { ProjectionType: 'ALL' },
    })),
  };
};

export const startDynamoDb = async (): Promise<TestDynamoDb> => {
  const server = await startDynamo();
  const endpoint = server.url;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const base = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials });
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  return {
    endpoint,
    client,
    createEventsTable: async (TableName) => {
      await client.send(new CreateTableCommand({ TableName, ...eventsTable }));
      return TableName;
    },
    createKeyedTable: async (TableName, partitionKey, sortKey) => {
      const names = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: keySchema(names),
          AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        }),
      );
      return TableName;
    },
    createIndexedTable: async (TableName, keys, indexes) => {
      await client.send(new CreateTableCommand({ TableName, ...indexedTable(keys, indexes) }));
      return TableName;
    },
    close: async () => {
      client.destroy();
      base.destroy();
      await server.close();
    },
  };
};
