/**
 * What an idempotency key was used for first: it stands for nothing else afterwards. Kept as hashes, so that no row tells of a
 * person, a key or a request.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { derivedUuid } from '#shared/ids.ts';
import type { Owner } from '#shared/owner.ts';

/** All that the answer depends on, in a fixed order. */
export type RequestFacts = readonly (string | undefined)[];

export interface RequestKeys {
  /** Whether the user's key stands for this request: it does when it is new, or was used for the same one. */
  claim(owner: Owner, key: string, request: RequestFacts): Promise<boolean>;
}

const item = z.object({ request: z.string() });

/** What is kept of a request under its key. */
export const requestRow = ({ app, user }: Owner, key: string, request: RequestFacts) => ({
  // No provider is named so: references, which share the table, have other keys.
  key: `${app}#key#${derivedUuid(app, user, key)}`,
  request: derivedUuid(app, user, key, JSON.stringify(request)),
});

/** In the table of references. */
export const requestKeyTable = (client: DynamoDBDocumentClient, table: string): RequestKeys => ({
  async claim(owner, key, request) {
    const row = requestRow(owner, key, request);
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: row,
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': 'key' },
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { key: row.key }, ConsistentRead: true }),
      );
      return item.parse(Item).request === row.request;
    }
  },
});
