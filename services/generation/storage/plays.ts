/** How often a song or film was played: one number a generation, apart from its events, because it changes with every play. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { readItems } from './read-items.ts';

export interface Plays {
  /** Counts one more and answers how many there are. The key of the last keyed play counts nothing. */
  count(owner: Owner, id: string, key?: string): Promise<number>;
  /** By generation; one that was never played is absent. */
  of(owner: Owner, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  forget(owner: Owner, id: string): Promise<void>;
}

interface Counted {
  readonly id: string;
  readonly plays: number;
}

export const playsTable = (client: DynamoDBDocumentClient, table: string): Plays => {
  const target = (owner: Owner, id: string) => ({ TableName: table, Key: { owner: ownerKey(owner), id } });
  const read = readItems<Counted>(client, { table, attributes: ['id', 'plays'], consistent: false });
  return {
    async count(owner, id, key) {
      const keyed = {
        UpdateExpression: 'ADD plays :one SET lastKey = :key',
        ConditionExpression: 'attribute_not_exists(lastKey) OR lastKey <> :key',
        ExpressionAttributeValues: { ':one': 1, ':key': key },
      };
      const bare = { UpdateExpression: 'ADD plays :one', ExpressionAttributeValues: { ':one': 1 } };
      try {
        const { Attributes } = await client.send(
          new UpdateCommand({
            ...target(owner, id),
            ...(key === undefined ? bare : keyed),
            ReturnValues: 'ALL_NEW',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        );
        return (Attributes as Counted).plays;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || !error.Item) throw error;
        return (unmarshall(error.Item) as Counted).plays;
      }
    },
    async of(owner, ids) {
      const counted = await read(owner, ids);
      return new Map(counted.map(({ id, plays }) => [id, plays]));
    },
    async forget(owner, id) {
      await client.send(new DeleteCommand(target(owner, id)));
    },
  };
};
