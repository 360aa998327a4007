/**
 * How often an owner has used a tool's allowance in a period: one item each, in a table of their own, gone some days after
 * the period. To check and to count is one conditional update, so that no two requests can both take the last use (BM9).
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { fingerprint } from '#shared/ids.ts';
import type { Period } from '../domain/allowance.ts';

export interface Use {
  /** `app#user`. */
  readonly owner: string;
  readonly tool: string;
  readonly period: Period;
  readonly limit: number;
  /** The same request counts once, however often it is sent. */
  readonly requestKey: string;
}

export interface Counted {
  /** Also for a request that was counted before. */
  readonly allowed: boolean;
  readonly used: number;
}

/** The clocks of whoever reads the table may be off, and support may want to see yesterday's. */
const keptAfterS = 2 * 24 * 3_600;

const sortKey = (tool: string, { number }: Period): string => `${tool}#${number}`;

export const countUse =
  (client: DynamoDBDocumentClient, table: string) =>
  async ({ owner, tool, period, limit, requestKey }: Use): Promise<Counted> => {
    const key = fingerprint(requestKey);
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { owner, sk: sortKey(tool, period) },
          // Each use leaves its key, so there are at most as many as the limit, which the catalog bounds.
          UpdateExpression: 'ADD used :one, requestKeys :keys SET expires = :expires',
          ConditionExpression: '(attribute_not_exists(used) OR used < :limit) AND NOT contains(requestKeys, :key)',
          ExpressionAttributeValues: {
            ':one': 1,
            ':keys': new Set([key]),
            ':key': key,
            ':limit': limit,
            ':expires': period.endsAt + keptAfterS,
          },
          ReturnValues: 'UPDATED_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { allowed: true, used: Number(Attributes?.used) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const allowed = error.Item?.requestKeys?.SS?.includes(key) ?? false;
      return { allowed, used: Number(error.Item?.used?.N ?? 0) };
    }
  };
export type CountUse = ReturnType<typeof countUse>;

/** 1 MB each: far beyond what an app's tools and a few days of counters take. */
const maxPages = 4;

/** What an owner has used, by `<tool>#<period>`; older periods' too, until they are gone. */
export const readUses =
  (client: DynamoDBDocumentClient, table: string) =>
  async (owner: string): Promise<(tool: string, period: Period) => number> => {
    const used = new Map<string, number>();
    let from: Record<string, unknown> | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#owner = :owner',
          ProjectionExpression: 'sk, used',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': owner },
          ConsistentRead: true,
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      for (const item of Items) used.set(String(item.sk), Number(item.used));
      from = LastEvaluatedKey;
      if (!from) return (tool, period) => used.get(sortKey(tool, period)) ?? 0;
    }
    throw new Error(`the allowances of ${owner} fill more than ${maxPages} pages`);
  };
export type ReadUses = ReturnType<typeof readUses>;
