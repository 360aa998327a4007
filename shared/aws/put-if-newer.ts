/** How a read model's row is written: only over an older one, so that duplicates and disorder do no harm. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

interface Versioned {
  /** Of the aggregate that the row is made of. */
  readonly version: number;
}

/** `key`: a key attribute of the table. Answers whether the row was written. */
export const putIfNewer =
  (client: DynamoDBDocumentClient, table: string, key: string) =>
  async <Row extends Versioned>(row: Row): Promise<boolean> => {
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: row,
          ConditionExpression: 'attribute_not_exists(#key) OR #version < :version',
          ExpressionAttributeNames: { '#key': key, '#version': 'version' },
          ExpressionAttributeValues: { ':version': row.version },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
