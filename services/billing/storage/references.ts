/**
 * Which payment or owner a provider's own id stands for: orders, payment intents, sessions and charges lead to payments,
 * customers and subscriptions to users. Written when we hear of an id first, and never changed.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Owner, ownerKey, parseOwnerKey } from '#shared/owner.ts';
import type { PaymentProvider } from '../contracts.ts';

export interface Referred {
  readonly owner: Owner;
  /** Absent for a customer or a subscription. */
  readonly paymentId?: string;
}

/** The provider's id was heard of before, as another payment's or user's. */
export class ReferenceTaken extends Error {
  override readonly name = 'ReferenceTaken';
}

export interface References {
  /** Strongly consistent. */
  find(app: string, provider: PaymentProvider, reference: string): Promise<Referred | undefined>;
  /** The first one stays. @throws ReferenceTaken when it stands for another payment or user already */
  keep(provider: PaymentProvider, reference: string, referred: Referred): Promise<void>;
}

/** Neither an app nor a provider has a `#`, so that no two references share a key. */
const keyOf = (app: string, provider: PaymentProvider, reference: string): string => `${app}#${provider}#${reference}`;

const item = z.object({ owner: z.string(), paymentId: z.string().exactOptional() });
const referredOf = (stored: unknown): Referred => {
  const { owner, ...payment } = item.parse(stored);
  const { app, user } = parseOwnerKey(owner);
  return { owner: { app, user }, ...payment };
};

export const referenceTable = (client: DynamoDBDocumentClient, table: string): References => {
  const find: References['find'] = async (app, provider, reference) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { key: keyOf(app, provider, reference) }, ConsistentRead: true }),
    );
    return Item && referredOf(Item);
  };
  return {
    find,
    async keep(provider, reference, { owner, paymentId }) {
      const payment = paymentId === undefined ? {} : { paymentId };
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { key: keyOf(owner.app, provider, reference), owner: ownerKey(owner), ...payment },
            ConditionExpression: 'attribute_not_exists(#key)',
            ExpressionAttributeNames: { '#key': 'key' },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const kept = await find(owner.app, provider, reference);
        if (kept?.owner.user !== owner.user || kept.paymentId !== paymentId)
          throw new ReferenceTaken(`${provider}'s ${reference} stands for something else already`);
      }
    },
  };
};
