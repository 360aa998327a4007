/** DynamoDB's time to live: items whose attribute lies in the past are deleted. Done when asked; AWS does it within days. */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { AccountModel } from '../contracts.ts';
import { boolean, readProperties } from './properties.ts';

const tableSchema = z.object({
  KeySchema: z.array(z.object({ AttributeName: z.string() })),
  TimeToLiveSpecification: z.object({ AttributeName: z.string().optional(), Enabled: boolean }).optional(),
});

export interface ExpiringTable {
  readonly name: string;
  readonly keys: readonly string[];
  readonly attribute: string;
}

export function readExpiringTables(model: AccountModel): ExpiringTable[] {
  return [...model.ofType('AWS::DynamoDB::Table'), ...model.ofType('AWS::DynamoDB::GlobalTable')].flatMap(
    (resource) => {
      const { KeySchema, TimeToLiveSpecification: ttl } = readProperties(resource, tableSchema);
      if (!ttl?.Enabled || !ttl.AttributeName) return [];
      return [
        { name: resource.ref, keys: KeySchema.map(({ AttributeName }) => AttributeName), attribute: ttl.AttributeName },
      ];
    },
  );
}

type Keys = Readonly<Record<string, unknown>>;

/** What the sweep deleted: a stream's record of it says that DynamoDB itself did, which the backend cannot know. */
export interface Expirations {
  add(table: string, keys: Keys): void;
  drop(table: string, keys: Keys): void;
  has(table: string, keys: Keys): boolean;
}

export function createExpirations(): Expirations {
  const expired = new Set<string>();
  const named = (table: string, keys: Keys) =>
    JSON.stringify([table, Object.entries(keys).toSorted(([one], [other]) => (one < other ? -1 : 1))]);
  return {
    add: (table, keys) => void expired.add(named(table, keys)),
    drop: (table, keys) => void expired.delete(named(table, keys)),
    has: (table, keys) => expired.has(named(table, keys)),
  };
}

/** Answers how many items went. An item whose time was moved meanwhile stays. */
export async function expireItems(
  dynamodb: DynamoDBClient,
  tables: readonly ExpiringTable[],
  expirations: Pick<Expirations, 'add' | 'drop'>,
  now = Date.now(),
): Promise<number> {
  let expired = 0;
  for (const { name, keys, attribute } of tables) {
    const condition = {
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':now': { N: String(Math.floor(now / 1000)) } },
    };
    // A time is a number; `:now` compares with no other type.
    const pages = paginateScan(
      { client: dynamodb },
      { TableName: name, FilterExpression: '#ttl < :now', ...condition },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        const Key = Object.fromEntries(keys.flatMap((key) => (item[key] ? [[key, item[key]]] : [])));
        // Before it goes: the stream may tell of it before the answer is here.
        expirations.add(name, Key);
        try {
          await dynamodb.send(
            new DeleteItemCommand({ TableName: name, Key, ConditionExpression: '#ttl < :now', ...condition }),
          );
          expired += 1;
        } catch (error) {
          expirations.drop(name, Key);
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }
    }
  }
  return expired;
}
