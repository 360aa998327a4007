/** The records of callbacks: one each, found by its id, by time, by its payment and by its owner. They go after 400 days. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import { paymentProvider } from '../contracts.ts';
import { callbackOutcome } from '../views.ts';
import { type BodyPlace, maxVersions } from './callback-bodies.ts';
import type { CallbackLog, CallbackPage, CallbackRecord, Received } from './callback-log.ts';

const keptSeconds = 400 * 24 * 3_600;
/** Records read at most to fill a page of one outcome: the rest is left to the next page. */
const maxRead = 1_000;
const readAtOnce = 200;
/** S3 deletes so many bodies at a time. */
const ownersPage = 1_000;
/** A user of a hundred thousand callbacks is none that we know: people look. */
const maxPages = 100;

/** The indexes that the table must have. The last one holds keys only. */
export const callbackIndexes = {
  byTime: { partitionKey: 'app', sortKey: 'receivedAt' },
  byPayment: { partitionKey: 'paymentKey', sortKey: 'receivedAt' },
  byOwner: { partitionKey: 'owner', sortKey: 'receivedAt' },
} as const;
type ListIndex = 'byTime' | 'byPayment';

const record = z.object({
  app: z.string(),
  id: z.string(),
  provider: paymentProvider,
  type: z.string(),
  outcome: callbackOutcome,
  receivedAt: z.string(),
  paymentId: z.string().exactOptional(),
  user: z.string().exactOptional(),
  hasBody: z.literal(false).exactOptional(),
});
const bodyPlace = record.pick({ app: true, id: true, receivedAt: true });
const position = z.strictObject({ id: z.string().max(300), receivedAt: z.iso.datetime() });

const paymentKey = (app: string, paymentId: string): string => `${app}#${paymentId}`;

export interface CallbackTable extends Pick<CallbackLog, 'find' | 'conclude' | 'list' | 'listOfPayment'> {
  /** The first one stays; answers the one that is kept. */
  add(
    received: Received,
    how?: { readonly hasBody?: false; readonly digests?: readonly [string] },
  ): Promise<CallbackRecord>;
  /** Which of a callback's bodies has this digest, from 1; a new one is counted in. Undefined above the bound, or where none was kept. */
  versionOf(app: string, id: string, digest: string): Promise<number | undefined>;
  /** Its body is there no more. */
  dropped(app: string, id: string): Promise<void>;
  /** Where the bodies of an owner are, page by page. @throws Error behind a hundred pages */
  pagesOfOwner(owner: Owner): AsyncIterable<readonly BodyPlace[]>;
}

const ownedBy = (owner: Owner | undefined) => (owner ? { owner: ownerKey(owner), user: owner.user } : {});

const digests = z.object({ digests: z.array(z.string()) });

/** The digests of a callback's bodies, in the order in which they came. */
const versions = (client: DynamoDBDocumentClient, table: string): Pick<CallbackTable, 'versionOf'> => ({
  async versionOf(app, id, digest) {
    const callback = { TableName: table, Key: { app, id } };
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          ...callback,
          UpdateExpression: 'SET digests = list_append(digests, :new)',
          ConditionExpression: 'attribute_exists(digests) AND NOT contains(digests, :digest) AND size(digests) < :most',
          ExpressionAttributeValues: { ':new': [digest], ':digest': digest, ':most': maxVersions },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return digests.parse(Attributes).digests.length;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { Item } = await client.send(new GetCommand({ ...callback, ConsistentRead: true }));
      const index = digests.safeParse(Item).data?.digests.indexOf(digest) ?? -1;
      return index < 0 ? undefined : index + 1;
    }
  },
});

const before = z.object({ outcome: callbackOutcome });

type Writes = Pick<CallbackTable, 'find' | 'add' | 'dropped' | 'conclude'>;

const writes = (client: DynamoDBDocumentClient, table: string): Writes => {
  const find: CallbackTable['find'] = async (app, id) => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { app, id }, ConsistentRead: true }));
    return Item && record.parse(Item);
  };
  /** Answers what these facts were before. */
  const update = async (
    app: string,
    id: string,
    facts: Readonly<Record<string, string | boolean>>,
  ): Promise<unknown> => {
    const names = Object.keys(facts);
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { app, id },
          UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
          ConditionExpression: 'attribute_exists(id)',
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: Object.fromEntries(Object.entries(facts).map(([name, v]) => [`:${name}`, v])),
          ReturnValues: 'UPDATED_OLD',
        }),
      );
      return Attributes;
    } catch (error) {
      // Its time was over: what is done is done, and nobody reads of it any more.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return undefined;
    }
  };
  return {
    find,
    async add({ owner, ...received }, how = {}) {
      const expires = Math.floor(Date.parse(received.receivedAt) / 1_000) + keptSeconds;
      const added = { ...received, ...ownedBy(owner), ...how, outcome: 'received' as const };
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: { ...added, expires },
            ConditionExpression: 'attribute_not_exists(id)',
          }),
        );
        return record.parse(added);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return (await find(added.app, added.id)) ?? record.parse(added);
      }
    },
    dropped: async (app, id) => void (await update(app, id, { hasBody: false })),
    async conclude(app, id, { outcome, owner, paymentId }) {
      const was = await update(app, id, {
        outcome,
        ...ownedBy(owner),
        ...(paymentId === undefined ? {} : { paymentId, paymentKey: paymentKey(app, paymentId) }),
      });
      return before.safeParse(was).data?.outcome;
    },
  };
};

interface ListOptions {
  readonly limit: number;
  readonly cursor?: string;
  readonly outcome?: CallbackRecord['outcome'];
}

/** Newest first. A page of one outcome may be shorter than its limit: `next` says whether there is more. */
const listing =
  (client: DynamoDBDocumentClient, table: string) =>
  async (
    index: ListIndex,
    key: Readonly<Record<string, string>>,
    app: string,
    { limit, cursor, outcome }: ListOptions,
  ): Promise<CallbackPage> => {
    const [[name, value] = ['', '']] = Object.entries(key);
    const filter = outcome && {
      FilterExpression: '#outcome = :outcome',
      names: { '#outcome': 'outcome' },
      values: { ':outcome': outcome },
    };
    const found: CallbackRecord[] = [];
    let last = decodeCursor(position, cursor);
    for (let read = 0; read < maxRead; read += readAtOnce) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: index,
          KeyConditionExpression: '#key = :key',
          ...(filter && { FilterExpression: filter.FilterExpression }),
          ExpressionAttributeNames: { '#key': name, ...filter?.names },
          ExpressionAttributeValues: { ':key': value, ...filter?.values },
          ScanIndexForward: false,
          Limit: filter ? readAtOnce : limit,
          ...(last && { ExclusiveStartKey: { ...key, app, ...last } }),
        }),
      );
      found.push(...Items.map((item) => record.parse(item)));
      last = LastEvaluatedKey && position.parse(pick(LastEvaluatedKey));
      if (found.length > limit) last = pick(found[limit - 1]);
      if (found.length >= limit || last === undefined) break;
    }
    return { records: found.slice(0, limit), ...(last && { next: encodeCursor(last) }) };
  };

/** Where to read on, out of a record or a key. */
const pick = (of: unknown) => position.parse(bodyPlace.omit({ app: true }).parse(of));

export const callbackTable = (client: DynamoDBDocumentClient, table: string): CallbackTable => {
  const list = listing(client, table);
  return {
    ...writes(client, table),
    ...versions(client, table),
    list: (app, options) => list('byTime', { app }, app, options),
    listOfPayment: (app, paymentId, options) =>
      list('byPayment', { paymentKey: paymentKey(app, paymentId) }, app, options),
    async *pagesOfOwner(owner) {
      let from: Record<string, unknown> | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'byOwner',
            KeyConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': ownerKey(owner) },
            Limit: ownersPage,
            ...(from && { ExclusiveStartKey: from }),
          }),
        );
        yield Items.map((item) => bodyPlace.parse(item));
        from = LastEvaluatedKey;
        if (!from) return;
      }
      throw new Error(`more than ${maxPages} pages of callbacks of one owner`);
    },
  };
};
