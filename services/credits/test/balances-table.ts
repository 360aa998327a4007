/** The balances table with its indexes, for tests that read them. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { balanceIndexes } from '../read-models/balances.ts';

export const createBalancesTable = async (client: DynamoDBDocumentClient, name: string): Promise<string> => {
  const indexes = Object.entries(balanceIndexes);
  const attributes = new Set(['owner', ...indexes.flatMap(([, { partitionKey, sortKey }]) => [partitionKey, sortKey])]);
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
      AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      GlobalSecondaryIndexes: indexes.map(([IndexName, { partitionKey, sortKey }]) => ({
        IndexName,
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' as const },
          { AttributeName: sortKey, KeyType: 'RANGE' as const },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' as const },
      })),
    }),
  );
  return name;
};
