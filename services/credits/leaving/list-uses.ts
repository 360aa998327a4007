/** What a user used for free lately, as it is counted: periods that are over are gone some days later. */
import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { type Owner, ownerKey } from '#shared/owner.ts';

export interface UsesOfPeriod {
  readonly tool: string;
  /** A day or a month: 20261105, 202611. */
  readonly period: number;
  readonly used: number;
}
export type ListUses = (owner: Owner) => Promise<readonly UsesOfPeriod[]>;

/** An app has few tools, and a counter lives for a month. */
export const listUses =
  (client: DynamoDBDocumentClient, table: string): ListUses =>
  async (owner) => {
    const pages = paginateQuery(
      { client },
      {
        TableName: table,
        KeyConditionExpression: '#owner = :owner',
        ProjectionExpression: 'sk, used',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': ownerKey(owner) },
        ConsistentRead: true,
      },
    );
    const uses: UsesOfPeriod[] = [];
    for await (const { Items = [] } of pages)
      for (const { sk, used } of Items) {
        const [tool = '', period] = String(sk).split('#');
        uses.push({ tool, period: Number(period), used: Number(used) });
      }
    return uses;
  };
