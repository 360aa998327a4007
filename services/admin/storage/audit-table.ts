/**
 * What was written down of acts, under their app, by time. Intent and outcome are items of their own, side by side, so that whichever
 * comes first is put and nothing is ever changed: whoever writes here can only add.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditIntent, AuditMessage, AuditOutcome } from '#shared/http/audit.ts';

const keptDays = 400;
export const actorIndex = 'byActor';

/** An act, and its end as far as it is known. */
export interface AuditedAct {
  readonly intent: AuditIntent;
  readonly outcome: AuditOutcome | undefined;
}

export interface AuditQuery {
  readonly app: string;
  readonly limit: number;
  readonly actor?: string | undefined;
  /** ISO-8601 UTC: acts that began then or later. */
  readonly since?: string | undefined;
  /** Entry of the last one of the page before. */
  readonly before?: string | undefined;
}

export interface AuditTable {
  /** Nothing happens where it is known. */
  add(message: AuditMessage): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<{ readonly acts: readonly AuditedAct[]; readonly next: string | undefined }>;
}

type Item = AuditMessage & { readonly entry: string };

/** The intent sorts right before its outcome. `#` may not stand in an id's place, for times are equally long. */
const entryOf = ({ at, id, kind }: AuditMessage): string => `${at}#${id}#${kind === 'intent' ? 0 : 1}`;

/** Pairs in a list where an act's outcome stands right before its intent. An outcome whose intent has not come yet is no act to show. */
const pair = (items: readonly Item[]): AuditedAct[] =>
  items.flatMap((item, index) => {
    if (item.kind === 'outcome') return [];
    const before = items[index - 1];
    const outcome = before?.kind === 'outcome' && before.id === item.id && before.at === item.at ? before : undefined;
    return [{ intent: item, outcome }];
  });

const readPage = async (
  client: DynamoDBDocumentClient,
  table: string,
  { app, actor, since, before, limit }: AuditQuery,
) => {
  const key = actor === undefined ? { name: 'app', value: app } : { name: 'appActor', value: `${app}#${actor}` };
  const start = before && { app, entry: before, ...(actor === undefined ? {} : { appActor: key.value }) };
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: table,
      ...(actor === undefined ? { ConsistentRead: true } : { IndexName: actorIndex }),
      KeyConditionExpression: '#key = :key AND entry >= :since',
      ExpressionAttributeNames: { '#key': key.name },
      ExpressionAttributeValues: { ':key': key.value, ':since': since ?? '0' },
      ScanIndexForward: false,
      // Two items an act, and one to know whether there are more.
      Limit: 2 * limit + 1,
      ...(start ? { ExclusiveStartKey: start } : {}),
    }),
  );
  return { items: Items as Item[], last: LastEvaluatedKey?.entry as string | undefined };
};

export const auditTable = (client: DynamoDBDocumentClient, table: string): AuditTable => ({
  async add(message) {
    const { app, actor, at } = message;
    const expires = Math.floor(Date.parse(at) / 1_000) + keptDays * 86_400;
    try {
      await client.send(
        new PutCommand({
          TableName: table,
          Item: { ...message, entry: entryOf(message), appActor: `${app}#${actor}`, expires },
          ConditionExpression: 'attribute_not_exists(entry)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  },
  async list(query) {
    const { items, last } = await readPage(client, table, query);
    const acts = pair(items);
    const shown = acts.slice(0, query.limit);
    const more = acts.length > shown.length;
    const lastShown = shown.at(-1);
    // An outcome at the page's end belongs to the next one: it is read again from the last act shown.
    const next = more || last !== undefined ? (lastShown ? entryOf(lastShown.intent) : last) : undefined;
    return { acts: shown, next };
  },
});
