/**
 * The same account on castore: its event store and its DynamoDB adapter, driven as castore's documentation does, with Tessera's
 * own decider inside. What differs is the store alone: castore reads all events and folds them.
 */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Aggregate, EventStore, EventType } from '@castore/core';
import {
  DynamoDBSingleTableEventStorageAdapter,
  EVENT_TABLE_EVENT_STORE_ID_KEY,
  EVENT_TABLE_INITIAL_EVENT_INDEX_NAME,
  EVENT_TABLE_PK,
  EVENT_TABLE_SK,
  EVENT_TABLE_TIMESTAMP_KEY,
} from '@castore/event-storage-adapter-dynamodb';
import { account as decider } from '#services/credits/domain/account.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import { type Account, available } from '#services/credits/domain/state.ts';
import { putItems } from '#shared/testing/dynamodb.ts';
import type { BenchLedger } from './ledger.ts';
import { generationCommands, historyOf } from './tessera-ledger.ts';

interface AccountAggregate extends Aggregate {
  readonly state: Account;
}

/** As castore's documentation asks for. */
const createTable = (name: string) =>
  new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: EVENT_TABLE_PK, KeyType: 'HASH' },
      { AttributeName: EVENT_TABLE_SK, KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: EVENT_TABLE_PK, AttributeType: 'S' },
      { AttributeName: EVENT_TABLE_SK, AttributeType: 'N' },
      { AttributeName: EVENT_TABLE_EVENT_STORE_ID_KEY, AttributeType: 'S' },
      { AttributeName: EVENT_TABLE_TIMESTAMP_KEY, AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: EVENT_TABLE_INITIAL_EVENT_INDEX_NAME,
        KeySchema: [
          { AttributeName: EVENT_TABLE_EVENT_STORE_ID_KEY, KeyType: 'HASH' },
          { AttributeName: EVENT_TABLE_TIMESTAMP_KEY, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });

const eventStoreId = 'ACCOUNTS';
const eventTypes = [new EventType<string, AccountEvent>({ type: 'AccountEvent' })];

/** A ledger in a table of its own, with the client whose calls it makes. */
export const castoreLedger = async (
  endpoint: string,
  table: string,
): Promise<{ ledger: BenchLedger; client: DynamoDBDocumentClient; close(): void }> => {
  const dynamoDBClient = new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const client = DynamoDBDocumentClient.from(dynamoDBClient);
  await client.send(createTable(table));
  const adapter = new DynamoDBSingleTableEventStorageAdapter({ tableName: table, dynamoDBClient });
  const store = new EventStore({
    eventStoreId,
    eventTypes,
    eventStorageAdapter: adapter,
    reducer: (aggregate: AccountAggregate, { aggregateId, version, payload }): AccountAggregate => ({
      aggregateId,
      version,
      state: decider.evolve(aggregate?.state ?? decider.initialState, payload),
    }),
  });
  const send = async (account: string, command: AccountCommand) => {
    const { aggregate } = await store.getAggregate(account);
    const decision = decider.decide(command, aggregate?.state ?? decider.initialState);
    if (!decision.accepted) throw new Error(`${command.type} was rejected: ${decision.rejection}`);
    const [payload] = decision.events;
    if (!payload || decision.events.length > 1)
      throw new Error(`${command.type} led to ${decision.events.length} events`);
    await store.pushEvent({
      aggregateId: account,
      version: (aggregate?.version ?? 0) + 1,
      type: payload.type,
      payload,
    });
  };
  const ledger: BenchLedger = {
    name: 'castore',
    seed: async (account, length) => {
      const items = historyOf(account, length).map(({ version, at: timestamp, event: payload }) => ({
        ...{ [EVENT_TABLE_PK]: `${eventStoreId}#${account}`, [EVENT_TABLE_SK]: version },
        ...{ type: payload.type, timestamp, payload },
        ...(version === 1 ? { [EVENT_TABLE_EVENT_STORE_ID_KEY]: eventStoreId } : {}),
      }));
      await putItems(client, table, items);
    },
    load: async (account) => {
      const { aggregate } = await store.getAggregate(account);
      return { version: aggregate?.version ?? 0, available: aggregate ? available(aggregate.state) : 0 };
    },
    hold: (account, number) => send(account, generationCommands(account, number)[0]),
    settle: (account, number) => send(account, generationCommands(account, number)[1]),
  };
  return { ledger, client, close: () => dynamoDBClient.destroy() };
};
