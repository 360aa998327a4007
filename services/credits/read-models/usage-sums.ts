/** Sums over an owner's usage rows. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';

export interface UsageSum {
  readonly credits: number;
  readonly jobs: number;
}

export interface UsageRange {
  /** `app#user`. */
  readonly owner: string;
  /** Inclusive, as in 20261105. */
  readonly from: number;
  readonly to: number;
}

/** A page is 1 MB, about 6,000 rows: so much is summed for one request, in a second or two. */
const maxPages = 20;

/** Days have eight digits, and `$` follows `#`. */
const keysBetween = ({ from, to }: UsageRange) => ({ ':from': `${from}#`, ':to': `${to}$` });

/** What jobs cost, by tool and by day (20261105). Nothing when there are more rows than one request may read. */
export const sumUsage =
  (client: DynamoDBDocumentClient, table: string) =>
  async (range: UsageRange, groupBy: 'tool' | 'day'): Promise<ReadonlyMap<string, UsageSum> | undefined> => {
    const sums = new Map<string, UsageSum>();
    let start: Record<string, unknown> | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#owner = :owner AND sk BETWEEN :from AND :to',
          ProjectionExpression: 'sk, tool, credits',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': range.owner, ...keysBetween(range) },
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      for (const { sk, tool, credits } of Items) {
        const group = groupBy === 'tool' ? String(tool) : String(sk).slice(0, 8);
        const { credits: sum = 0, jobs = 0 } = sums.get(group) ?? {};
        sums.set(group, { credits: sum + Number(credits), jobs: jobs + 1 });
      }
      start = LastEvaluatedKey;
      if (!start) return sums;
    }
    return undefined;
  };
export type SumUsage = ReturnType<typeof sumUsage>;
