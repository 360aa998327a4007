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

/** Answers how many items went. An item whose time was moved meanwhile stays. */
export async function expireItems(
  dynamodb: DynamoDBClient,
  tables: readonly ExpiringTable[],
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
        try {
          await dynamodb.send(
            new DeleteItemCommand({ TableName: name, Key, ConditionExpression: '#ttl < :now', ...condition }),
          );
          expired += 1;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }
    }
  }
  return expired;
}
