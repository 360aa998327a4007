/** Users' inboxes. Ids are made of the cause and sort by its time, so that what is told twice is one notification. */
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { removeItems } from '#shared/aws/remove-items.ts';
import { firstIdAt } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { keptMs, type NotificationFacts, type NotificationId } from '../domain/notification.ts';

export type { NotificationFacts, NotificationId } from '../domain/notification.ts';

export interface StoredNotification extends NotificationFacts {
  readonly owner: string;
  readonly read: boolean;
}
export interface NotificationPage {
  readonly items: readonly StoredNotification[];
  readonly next: NotificationId | undefined;
}
export interface NotificationTable {
  /**
   * Answers false for one that is or was there. A removed one leaves its id until it would have expired. `once`: nor is it added
   * where another one was that has the same.
   */
  add(owner: Owner, facts: NotificationFacts, once?: string): Promise<boolean>;
  /** Newest first, behind `before`. The unread ones may lag behind what was read a moment ago. */
  list(
    owner: Owner,
    options: { readonly limit: number; readonly before?: NotificationId | undefined; readonly unread: boolean },
  ): Promise<NotificationPage>;
  /** Up to a hundred. */
  countUnread(owner: Owner): Promise<number>;
  /** Undefined for one that is not there. */
  read(owner: Owner, id: NotificationId): Promise<StoredNotification | undefined>;
  readAll(owner: Owner, limit: number): Promise<{ readonly marked: number; readonly more: boolean }>;
  remove(owner: Owner, id: NotificationId): Promise<boolean>;
  /** A page of all that is a user's, for whoever leaves; answers whether there may be more. */
  removePage(owner: Owner): Promise<boolean>;
}

/** What the table has: notifications, what is left of removed ones, and marks of what is told once. */
export type Item = Partial<Omit<StoredNotification, 'owner' | 'id'>> & {
  readonly owner: string;
  readonly id: string;
  readonly removed?: true;
  /** When it was read or removed: for whoever is told of it. */
  readonly changed_at?: string;
  /** Only while it is not read: the partition of the index `byUnread`. */
  readonly unreadOwner?: string;
  readonly expires: number;
};

/** Counted at most. */
export const maxCounted = 100;
/** One page's reads at most: where many were removed a page may be short, and `next` leads on. */
const maxLooks = 10;
const readAtOnce = 100;
const updatesAtOnce = 25;
/** Sorts before all ids. */
const onceId = (once: string): string => `#once#${once}`;

const isRefused = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException ||
  (error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed'));

/** Answers nothing where the condition does not hold. */
const ifHolds = async <Value>(write: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await write;
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
};

/** Some names are words of DynamoDB's own. */
const placeholders = (names: readonly string[]) => Object.fromEntries(names.map((name) => [`#${name}`, name]));

const toStored = ({ unreadOwner: _index, expires: _ttl, removed: _mark, changed_at: _at, ...stored }: Item) =>
  stored as StoredNotification;

/** All that a notification has beside its key and its time to live. */
const facts = [
  'type',
  'title_key',
  'message_key',
  'params',
  'subject',
  'url',
  'created_at',
  'correlation_id',
  'locale',
  'read',
  'unreadOwner',
] as const satisfies readonly (keyof Item)[];

interface TableOptions {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  /** DynamoDB removes what has expired some hours later: until then it is passed over. */
  readonly now: () => Date;
}

const adding = ({ client, table }: TableOptions): NotificationTable['add'] => {
  const put = (Item: Item) => ({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(id)' });
  return async (owner, notice, once) => {
    const key = ownerKey(owner);
    const expires = Math.floor((Date.parse(notice.created_at) + keptMs) / 1_000);
    const first = put({ ...notice, owner: key, read: false, unreadOwner: key, expires });
    if (once === undefined) return (await ifHolds(client.send(new PutCommand(first)))) !== undefined;
    const mark = put({ owner: key, id: onceId(once), expires });
    const both = new TransactWriteCommand({ TransactItems: [{ Put: first }, { Put: mark }] });
    return (await ifHolds(client.send(both))) !== undefined;
  };
};

type Reading = Pick<NotificationTable, 'list' | 'countUnread'> & {
  unreadIds(owner: Owner, limit: number): Promise<readonly NotificationId[]>;
};

const reading = ({ client, table, now }: TableOptions): Reading => {
  const oldest = () => firstIdAt('ntf', new Date(now().getTime() - keptMs).toISOString());
  const query = (owner: Owner, unread: boolean) => ({
    TableName: table,
    KeyConditionExpression: '#owner = :owner AND id > :oldest',
    ExpressionAttributeNames: { '#owner': unread ? 'unreadOwner' : 'owner' },
    ExpressionAttributeValues: { ':owner': ownerKey(owner), ':oldest': oldest() },
    ...(unread
      ? { IndexName: 'byUnread' }
      : { FilterExpression: 'attribute_not_exists(removed)', ConsistentRead: true }),
    ScanIndexForward: false,
  });
  const startAt = (owner: Owner, unread: boolean, id: string) => {
    const key = ownerKey(owner);
    return { owner: key, id, ...(unread ? { unreadOwner: key } : {}) };
  };
  return {
    async list(owner, { limit, before, unread }) {
      const found: StoredNotification[] = [];
      // DynamoDB refuses to begin outside of what is asked for.
      if (before !== undefined && before <= oldest()) return { items: [], next: undefined };
      let from = before;
      for (let look = 0; look < maxLooks; look += 1) {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            ...query(owner, unread),
            Limit: look === 0 ? limit : readAtOnce,
            ...(from === undefined ? {} : { ExclusiveStartKey: startAt(owner, unread, from) }),
          }),
        );
        found.push(...Items.map((item) => toStored(item as Item)));
        if (found.length > limit) return { items: found.slice(0, limit), next: found[limit - 1]?.id };
        from = LastEvaluatedKey?.id as NotificationId | undefined;
        if (found.length === limit || from === undefined) break;
      }
      return { items: found, next: from };
    },
    async countUnread(owner) {
      const { Count = 0 } = await client.send(
        new QueryCommand({ ...query(owner, true), Select: 'COUNT', Limit: maxCounted }),
      );
      return Count;
    },
    async unreadIds(owner, limit) {
      const ids: NotificationId[] = [];
      let from: Record<string, unknown> | undefined;
      // A page has a megabyte at most.
      for (let look = 0; look < maxLooks && ids.length < limit; look += 1) {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            ...query(owner, true),
            ProjectionExpression: 'id',
            Limit: limit - ids.length,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        ids.push(...Items.map(({ id }) => id as NotificationId));
        from = LastEvaluatedKey;
        if (from === undefined) break;
      }
      return ids;
    },
  };
};

type Changing = Pick<NotificationTable, 'read' | 'remove'> & {
  /** Answers false for one that was read before. */
  markRead(owner: Owner, id: NotificationId): Promise<boolean>;
};

const changing = ({ client, table, now }: TableOptions): Changing => {
  /** The item as it is then; nothing when it is not there any more. */
  const update = async (
    owner: Owner,
    id: NotificationId,
    change: Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames'>,
  ): Promise<Item | undefined> => {
    const { ConditionExpression, ...rest } = change;
    const at = now();
    const done = await ifHolds(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { owner: ownerKey(owner), id },
          ...rest,
          ConditionExpression: `attribute_exists(created_at) AND expires > :now${ConditionExpression ?? ''}`,
          ExpressionAttributeValues: {
            ':true': true,
            ':now': Math.floor(at.getTime() / 1_000),
            ':at': at.toISOString(),
          },
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    return done?.Attributes as Item | undefined;
  };
  /** Once more changes nothing at all, so that the stream tells it once. */
  const asRead = {
    UpdateExpression: 'SET #read = :true, changed_at = if_not_exists(changed_at, :at) REMOVE unreadOwner',
    ExpressionAttributeNames: placeholders(['read']),
  };
  return {
    async read(owner, id) {
      const item = await update(owner, id, asRead);
      return item && toStored(item);
    },
    async markRead(owner, id) {
      const ConditionExpression = ' AND attribute_exists(unreadOwner)';
      return (await update(owner, id, { ...asRead, ConditionExpression })) !== undefined;
    },
    async remove(owner, id) {
      const item = await update(owner, id, {
        UpdateExpression: `SET removed = :true, changed_at = :at REMOVE ${facts.map((name) => `#${name}`).join(', ')}`,
        ExpressionAttributeNames: placeholders(facts),
      });
      return item !== undefined;
    },
  };
};

export const notificationTable = (
  client: DynamoDBDocumentClient,
  table: string,
  now: () => Date = () => new Date(),
): NotificationTable => {
  const options = { client, table, now };
  const { list, countUnread, unreadIds } = reading(options);
  const { read, remove, markRead } = changing(options);
  const removing = removeItems(client, { name: table, sortKey: 'id' });
  return {
    add: adding(options),
    list,
    countUnread,
    read,
    remove,
    async readAll(owner, limit) {
      const ids = await unreadIds(owner, limit + 1);
      const due = ids.slice(0, limit);
      let marked = 0;
      for (let next = 0; next < due.length; next += updatesAtOnce) {
        const done = await Promise.all(due.slice(next, next + updatesAtOnce).map((id) => markRead(owner, id)));
        marked += done.filter(Boolean).length;
      }
      return { marked, more: ids.length > limit };
    },
    async removePage(owner) {
      let pages = 0;
      const { more } = await removing(owner, () => {
        pages += 1;
        return pages === 1;
      });
      return more;
    },
  };
};
