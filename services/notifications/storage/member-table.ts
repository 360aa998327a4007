/** Users of each app, their plan and what they want to hear: a copy of what identity and credits tell, for broadcasts. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { NotificationType } from '../contracts.ts';

export interface Preferences {
  readonly promotions: boolean;
  readonly feature_updates: boolean;
  readonly general_alerts: boolean;
}
export interface Member {
  readonly app: string;
  readonly user: string;
  readonly plan?: string;
  readonly preferences?: Preferences;
  readonly locale?: string | null;
  /** Nobody is told anything any more. */
  readonly left?: true;
}
/**
 * Before identity has told preferences, which it does with each new record, they are not known: nobody gets an offer or a feature that
 * they may have refused. Alerts they asked for by what they did, and identity's own default is that they are wanted.
 */
export const wants = (member: Pick<Member, 'preferences'> | undefined, type: NotificationType): boolean => {
  const { promotions = false, feature_updates = false, general_alerts = true } = member?.preferences ?? {};
  switch (type) {
    case 'offer':
      return promotions;
    case 'feature':
      return feature_updates;
    case 'general':
    case 'generation':
      return general_alerts;
    case 'credits':
    case 'payment':
      return true;
  }
};
export interface MemberTable {
  /** Somebody who left is found as such. */
  find(app: string, user: string): Promise<Member | undefined>;
  /** Each fact has the version of the aggregate that told it: an older one changes nothing. */
  keepPreferences(
    member: Required<Pick<Member, 'app' | 'user' | 'preferences' | 'locale'>>,
    version: number,
  ): Promise<void>;
  keepPlan(member: Required<Pick<Member, 'app' | 'user' | 'plan'>>, version: number): Promise<void>;
  /** A user who left is remembered as such for some days, so that what comes late does not bring them back. */
  remove(app: string, user: string): Promise<void>;
  /** By id, without those who left. `next` may lead to an empty page. */
  page(
    app: string,
    options: { readonly limit: number; readonly after?: string | undefined; readonly plan?: string | undefined },
  ): Promise<{ readonly members: readonly Member[]; readonly next: string | undefined }>;
}

/** Longer than any message lives: two weeks in a queue and two among its dead letters. */
const rememberedSeconds = 30 * 24 * 3_600;

/** Some names are words of DynamoDB's own. */
const names = { '#user': 'user', '#plan': 'plan', '#locale': 'locale', '#left': 'left' };
const projection = { ProjectionExpression: 'app, #user, #plan, preferences, #locale, #left' };

export const memberTable = (
  client: DynamoDBDocumentClient,
  table: string,
  now: () => Date = () => new Date(),
): MemberTable => {
  /** Sets what one aggregate told, unless a newer version of it was told or the user has left. */
  const keep = async (
    { app, user }: Pick<Member, 'app' | 'user'>,
    told: Readonly<Record<string, unknown>>,
    { by, version }: { readonly by: 'planVersion' | 'preferencesVersion'; readonly version: number },
  ): Promise<void> => {
    const set = { ...told, [by]: version };
    const fields = Object.keys(set);
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { app, user },
          UpdateExpression: `SET ${fields.map((field) => `#${field} = :${field}`).join(', ')}`,
          ConditionExpression: `attribute_not_exists(#left) AND (attribute_not_exists(#${by}) OR #${by} < :${by})`,
          ExpressionAttributeNames: {
            '#left': 'left',
            ...Object.fromEntries(fields.map((name) => [`#${name}`, name])),
          },
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(set).map(([name, value]) => [`:${name}`, value]),
          ),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };
  return {
    async find(app, user) {
      const { Item } = await client.send(
        new GetCommand({
          TableName: table,
          Key: { app, user },
          ConsistentRead: true,
          ...projection,
          ExpressionAttributeNames: names,
        }),
      );
      return Item as Member | undefined;
    },
    keepPreferences: ({ preferences, locale, ...member }, version) =>
      keep(member, { preferences, locale }, { by: 'preferencesVersion', version }),
    keepPlan: ({ plan, ...member }, version) => keep(member, { plan }, { by: 'planVersion', version }),
    async remove(app, user) {
      const expires = Math.floor(now().getTime() / 1_000) + rememberedSeconds;
      await client.send(new PutCommand({ TableName: table, Item: { app, user, left: true, expires } }));
    },
    async page(app, { limit, after, plan }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'app = :app',
          FilterExpression: `attribute_not_exists(#left)${plan === undefined ? '' : ' AND #plan = :plan'}`,
          ...projection,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ':app': app, ...(plan === undefined ? {} : { ':plan': plan }) },
          Limit: limit,
          ...(after === undefined ? {} : { ExclusiveStartKey: { app, user: after } }),
        }),
      );
      return { members: Items as Member[], next: LastEvaluatedKey?.user as string | undefined };
    },
  };
};
