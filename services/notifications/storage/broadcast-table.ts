/**
 * What admins tell many. It is sent page by page: the record says which page is next and counts those that are done, so that a page
 * that is sent twice is counted once.
 */
import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { uuidv7 } from 'uuidv7';
import type * as z from 'zod';
import { keyId } from '#shared/aws/counted-items.ts';
import type { NotificationId } from '../domain/notification.ts';
import type { broadcast } from '../views.ts';

export interface Broadcast extends z.output<typeof broadcast> {
  readonly app: string;
  readonly correlation_id: string;
  /** Pages that are done. */
  readonly page: number;
  /** Where the next page begins; absent: at the beginning. */
  readonly cursor?: string | undefined;
}

/** What the first request with an idempotency key asked for, and the broadcast that it made. */
export interface Made {
  readonly fingerprint: string;
  readonly broadcast: NotificationId;
}

/** What one page came to. Without `next` it was the last. */
export interface PageDone {
  readonly sent: number;
  readonly passedOver: number;
  readonly unknown: number;
  readonly next: string | undefined;
  readonly at: string;
}

export interface BroadcastTable {
  madeBy(app: string, key: string): Promise<Made | undefined>;
  /** Or what the key made before. */
  create(broadcast: Broadcast, by: { readonly key: string; readonly fingerprint: string }): Promise<'created' | Made>;
  get(app: string, id: NotificationId): Promise<Broadcast | undefined>;
  /** Newest first. */
  list(
    app: string,
    options: { readonly limit: number; readonly before?: NotificationId | undefined },
  ): Promise<{ readonly broadcasts: readonly Broadcast[]; readonly next: NotificationId | undefined }>;
  /** Counts a page. Nothing when it had been counted: whoever did that goes on. One that was stopped meanwhile stays so. */
  advance(seen: Broadcast, done: PageDone): Promise<Broadcast | undefined>;
  /** Nothing for one that is not being sent. */
  stop(app: string, id: NotificationId, at: string): Promise<Broadcast | undefined>;
}

const day = 24 * 3_600;
/** A broadcast is kept for a year; its key for a week, as all keys. */
const keptSeconds = { broadcast: 365 * day, key: 7 * day };

const failed = (reason: CancellationReason | undefined): boolean => reason?.Code === 'ConditionalCheckFailed';
const refusalOf = (error: unknown): ConditionalCheckFailedException => {
  if (error instanceof ConditionalCheckFailedException) return error;
  throw error;
};

/** `turn`: a write's own mark, by which one whose answer was lost is known again. */
type Item = Broadcast & { readonly turn?: string; readonly expires: number };
const toBroadcast = ({ turn: _turn, expires: _ttl, ...broadcast }: Item): Broadcast => broadcast;

/** Some names are words of DynamoDB's own, which refuses a placeholder that is not used. */
const namesIn = (...expressions: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    ['status', 'page', 'cursor', 'unknown']
      .map((name) => [`#${name}`, name] as const)
      .filter(([placeholder]) => expressions.some((expression) => expression.includes(placeholder))),
  );

const creating = (client: DynamoDBDocumentClient, table: string): BroadcastTable['create'] => {
  const put = (Item: { readonly id: string; readonly [attribute: string]: unknown }) => ({
    Put: {
      TableName: table,
      Item,
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  });
  return async (broadcast, { key, fingerprint }) => {
    const { app, id, created_at } = broadcast;
    const from = Math.floor(Date.parse(created_at) / 1_000);
    const mark = { app, id: keyId(key), fingerprint, broadcast: id, expires: from + keptSeconds.key };
    const TransactItems = [put({ ...broadcast, expires: from + keptSeconds.broadcast }), put(mark)];
    try {
      await client.send(new TransactWriteCommand({ TransactItems }));
      return 'created';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const [own, before] = error.CancellationReasons ?? [];
      // A write whose answer was lost meets itself: nobody else has this id.
      if (failed(own)) return 'created';
      if (failed(before) && before?.Item) return unmarshall(before.Item) as Made;
      throw error;
    }
  };
};

const changing = (client: DynamoDBDocumentClient, table: string): Pick<BroadcastTable, 'advance' | 'stop'> => {
  const update = async (
    { app, id }: Pick<Broadcast, 'app' | 'id'>,
    UpdateExpression: string,
    ConditionExpression: string,
    values: Record<string, unknown>,
  ): Promise<Item> => {
    const input: UpdateCommandInput = {
      TableName: table,
      Key: { app, id },
      UpdateExpression,
      ConditionExpression,
      ExpressionAttributeNames: namesIn(UpdateExpression, ConditionExpression),
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    return (await client.send(new UpdateCommand(input))).Attributes as Item;
  };
  return {
    async advance(seen, { sent, passedOver, unknown, next, at }) {
      const turn = uuidv7();
      const counts =
        '#page = #page + :one, sent = sent + :sent, passed_over = passed_over + :passed, #unknown = #unknown + :unknown, turn = :turn';
      const sums = { ':sent': sent, ':passed': passedOver, ':unknown': unknown };
      const values = { ...sums, ':one': 1, ':turn': turn, ':seen': seen.page };
      const goesOn = { expression: `SET ${counts}, #cursor = :next`, ':next': next };
      const ends = { expression: `SET ${counts}, #status = :over, finished_at = :at REMOVE #cursor`, ':at': at };
      const { expression, ...more } = next === undefined ? { ...ends, ':over': 'sent' } : goesOn;
      const condition = '#page = :seen AND #status = :sending';
      try {
        return toBroadcast(await update(seen, expression, condition, { ...values, ...more, ':sending': 'sending' }));
      } catch (error) {
        const { Item: inTheWay } = refusalOf(error);
        const item = inTheWay && (unmarshall(inTheWay) as Item);
        if (item?.turn === turn) return toBroadcast(item);
        if (item?.status !== 'stopped' || item.page !== seen.page) return undefined;
      }
      // It was stopped while this page was sent: who has it keeps it, and is counted.
      const stopped = { ...values, ':stopped': 'stopped' };
      try {
        return toBroadcast(await update(seen, `SET ${counts}`, '#page = :seen AND #status = :stopped', stopped));
      } catch (error) {
        refusalOf(error);
        return undefined;
      }
    },
    async stop(app, id, at) {
      const values = { ':stopped': 'stopped', ':at': at, ':sending': 'sending' };
      const expression = 'SET #status = :stopped, finished_at = :at';
      try {
        return toBroadcast(await update({ app, id }, expression, '#status = :sending', values));
      } catch (error) {
        refusalOf(error);
        return undefined;
      }
    },
  };
};

export const broadcastTable = (client: DynamoDBDocumentClient, table: string): BroadcastTable => {
  const find = async (app: string, id: string) => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { app, id }, ConsistentRead: true }));
    return Item;
  };
  return {
    create: creating(client, table),
    ...changing(client, table),
    madeBy: async (app, key) => (await find(app, keyId(key))) as Made | undefined,
    async get(app, id) {
      const item = await find(app, id);
      return item && toBroadcast(item as Item);
    },
    async list(app, { limit, before }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'app = :app AND begins_with(id, :ids)',
          ExpressionAttributeValues: { ':app': app, ':ids': 'ntf_' },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: limit,
          ...(before === undefined ? {} : { ExclusiveStartKey: { app, id: before } }),
        }),
      );
      const next = LastEvaluatedKey?.id as NotificationId | undefined;
      return { broadcasts: Items.map((item) => toBroadcast(item as Item)), next };
    },
  };
};
