/** A user's customer at Stripe: one for each user and app, made when it is needed first, and replaced when it is gone there. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Owner, ownerKey } from '#shared/owner.ts';

export interface Customers {
  find(owner: Owner): Promise<string | undefined>;
  /** Of two at once the first stays; answers the one that is kept. */
  keep(owner: Owner, customer: string): Promise<string>;
  /** In place of the one before, who is gone there; of two at once the first stays. Answers the one that is kept. */
  replace(owner: Owner, by: { readonly before: string; readonly customer: string }): Promise<string>;
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
  const write = async (
    owner: Owner,
    customer: string,
    condition: Pick<PutCommandInput, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>,
  ): Promise<string> => {
    try {
      await client.send(new PutCommand({ TableName: table, Item: { owner: ownerKey(owner), customer }, ...condition }));
      return customer;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Removed again meanwhile: the caller's own is as good as any.
      return (await find(owner)) ?? customer;
    }
  };
  return {
    find,
    keep: (owner, customer) =>
      write(owner, customer, {
        ConditionExpression: 'attribute_not_exists(#owner)',
        ExpressionAttributeNames: { '#owner': 'owner' },
      }),
    replace: (owner, { before, customer }) =>
      write(owner, customer, {
        ConditionExpression: '#customer = :before',
        ExpressionAttributeNames: { '#customer': 'customer' },
        ExpressionAttributeValues: { ':before': before },
      }),
    async remove(owner) {
      await client.send(new DeleteCommand({ TableName: table, Key: { owner: ownerKey(owner) } }));
    },
  };
};
