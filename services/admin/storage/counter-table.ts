/**
 * Sums by app and day. Each event is added once: its marker is written with the sums it is in, all or nothing, and a marker that is
 * there already takes its event out. An app's day has several rows, so that those who count at the same time rarely meet.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Amounts, maxCountersPerEvent, sum } from '../domain/measure.ts';

/** Longer than the bus archive keeps events (90 days) and a dead-letter queue what was replayed from there (14): it is known still. */
const markerDays = 120;
const sumDays = 400;
const shards = 8;
/** What one transaction takes. */
const maxItems = 100;
/** What one update may say: its expression takes 4 KB, and a counter some 14 bytes. */
const maxCountersPerRow = 250;
const maxTries = 6;
const pauseMs = 50;

/** An event's part in the sums. */
export interface Entry {
  /** The event's id. */
  readonly id: string;
  readonly app: string;
  readonly day: string;
  readonly amounts: Amounts;
}

export interface CounterTable {
  /** @throws when not all of them could be added; those that were are known by the next time. */
  add(entries: readonly Entry[], now: string): Promise<void>;
  /** Each day's sums, both days included; a day without any is left out. */
  read(app: string, days: { readonly from: string; readonly until: string }): Promise<ReadonlyMap<string, Amounts>>;
}

type Items = NonNullable<TransactWriteCommandInput['TransactItems']>;

const rowOf = ({ app, day }: Entry): string => `${app}#${day}`;
const epochSecond = (at: string, plusDays: number): number =>
  Math.floor(Date.parse(at) / 1_000) + plusDays * 24 * 3_600;

const add = (TableName: string, app: string, part: string, amounts: Amounts, expires: number) => {
  const counters = Object.entries(amounts);
  return {
    Update: {
      TableName,
      Key: { subject: app, part },
      UpdateExpression: `ADD ${counters.map((_, index) => `#${index} :${index}`).join(',')} SET expires = :expires`,
      ExpressionAttributeNames: Object.fromEntries(counters.map(([counter], index) => [`#${index}`, counter])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(counters.map(([, amount], index) => [`:${index}`, amount])),
        ':expires': expires,
      },
    },
  };
};

/** The markers first, in the entries' order. */
const itemsOf = (table: string, entries: readonly Entry[], now: string, shard: number): Items => {
  const markers = entries.map(({ id }) => ({
    Put: {
      TableName: table,
      Item: { subject: `event#${id}`, part: 'counted', expires: epochSecond(now, markerDays) },
      ConditionExpression: 'attribute_not_exists(subject)',
    },
  }));
  const rows = [...Map.groupBy(entries, rowOf).values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const amounts = sum([first, ...others].map((entry) => entry.amounts));
    return [add(table, first.app, `${first.day}#${shard}`, amounts, epochSecond(`${first.day}T00:00:00Z`, sumDays))];
  });
  return [...markers, ...rows];
};

/** As many as one transaction takes, those of one row together. */
export const inTransactions = (entries: readonly Entry[]): Entry[][] => {
  const chunks: Entry[][] = [];
  let chunk: Entry[] = [];
  let rows = new Set<string>();
  const byRow = entries.toSorted((one, other) => (rowOf(one) < rowOf(other) ? -1 : 1));
  const mostOfRow = Math.floor(maxCountersPerRow / maxCountersPerEvent);
  for (const entry of byRow) {
    const wanted = new Set(rows).add(rowOf(entry));
    if (chunk.length + 1 + wanted.size > maxItems || chunk.length >= mostOfRow) {
      chunks.push(chunk);
      chunk = [];
      rows = new Set();
    }
    chunk.push(entry);
    rows.add(rowOf(entry));
  }
  return chunk.length > 0 ? [...chunks, chunk] : chunks;
};

/** The reasons in the order of the items; undefined when all was written. */
const tryTogether = async (
  client: DynamoDBDocumentClient,
  TransactItems: Items,
): Promise<readonly CancellationReason[] | undefined> => {
  try {
    await client.send(new TransactWriteCommand({ TransactItems }));
    return undefined;
  } catch (error) {
    if (error instanceof TransactionCanceledException) return error.CancellationReasons ?? [];
    throw error;
  }
};

const isTransient = ({ Code }: CancellationReason): boolean =>
  Code === 'TransactionConflict' || Code === 'ThrottlingError' || Code === 'ProvisionedThroughputExceeded';

const readDays = async (client: DynamoDBDocumentClient, table: string, values: Record<string, string>) => {
  const rows: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  // A month of eight rows a day, each of some kilobytes at most.
  for (let page = 0; page < 20; page += 1) {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'subject = :app AND part BETWEEN :from AND :until',
        ExpressionAttributeValues: values,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    rows.push(...Items);
    start = LastEvaluatedKey;
    if (!start) return rows;
  }
  throw new Error(`the counters of ${values[':app']} are more than 20 pages`);
};

const amountsIn = ({
  subject: _subject,
  part: _part,
  expires: _expires,
  ...amounts
}: Record<string, unknown>): Amounts => amounts as Amounts;

export const counterTable = (
  client: DynamoDBDocumentClient,
  table: string,
  pickShard: () => number = () => Math.floor(Math.random() * shards),
): CounterTable => {
  /** Until all of them are counted, by this or by somebody before. */
  const addTogether = async (chunk: readonly Entry[], now: string): Promise<void> => {
    let left = chunk;
    let last: readonly CancellationReason[] = [];
    for (let attempt = 1; attempt <= maxTries; attempt += 1) {
      const reasons = await tryTogether(client, itemsOf(table, left, now, pickShard() % shards));
      if (!reasons) return;
      const failed = reasons.filter(({ Code }) => Code !== undefined && Code !== 'None');
      const unknown = failed.find((reason) => reason.Code !== 'ConditionalCheckFailed' && !isTransient(reason));
      if (unknown) throw new Error(`events were not counted: ${unknown.Code} ${unknown.Message ?? ''}`);
      left = left.filter((_, index) => reasons[index]?.Code !== 'ConditionalCheckFailed');
      if (left.length === 0) return;
      if (failed.some(isTransient)) await pause(Math.random() * pauseMs * 2 ** attempt);
      last = failed;
    }
    throw new Error(`${left.length} events were not counted in ${maxTries} tries: ${last[0]?.Code}`);
  };
  return {
    async add(entries, now) {
      const once = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
      for (const chunk of inTransactions(once)) await addTogether(chunk, now);
    },
    async read(app, { from, until }) {
      const rows = await readDays(client, table, { ':app': app, ':from': `${from}#`, ':until': `${until}#~` });
      const byDay = Map.groupBy(rows, ({ part }) => String(part).split('#')[0] ?? '');
      return new Map([...byDay].map(([day, ofDay]) => [day, sum(ofDay.map(amountsIn))]));
    },
  };
};
