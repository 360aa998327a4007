/** A user's customer at Stripe: one for each user and app, made when it is needed first. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Owner, ownerKey } from '#shared/owner.ts';

export interface Customers {
  find(owner: Owner): Promise<string | undefined>;
  /** Of two at once the first stays; answers the one that is kept. */
  keep(owner: Owner, customer: string): Promise<string>;
  remove(owner: Owner): Promise<void>;
}

const item = z.object({ customer: z.string() });

export const customerTable = (client: DynamoDBDocumentClient, table: string): Customers => {
  const find = async (owner: Owner): Promise<string | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { owner: ownerKey(owner) }, ConsistentRead: true }),
    );
    return Item && item.parse(Item).customer;
  };
  return {
    find,
    async keep(owner, customer) {
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { owner: ownerKey(owner), customer },
            ConditionExpression: 'attribute_not_exists(#owner)',
            ExpressionAttributeNames: { '#owner': 'owner' },
          }),
        );
        return customer;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        // Removed again meanwhile: the caller's own is as good as any.
        return (await find(owner)) ?? customer;
      }
    },
    async remove(owner) {
      await client.send(new DeleteCommand({ TableName: table, Key: { owner: ownerKey(owner) } }));
    },
  };
};
