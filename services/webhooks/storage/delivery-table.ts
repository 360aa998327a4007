/** Deliveries, under their endpoint; ids begin with the event's time, so the key order is the order of time. Items go after 30 days. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Delivery, DeliveryId, DeliveryStatus, Progress } from '../domain/delivery.ts';
import type { EndpointId } from '../domain/endpoint.ts';

/** A delivery is kept so long after it was begun or replayed. */
const keptSeconds = 30 * 24 * 3_600;

export interface DeliveryPage {
  readonly limit: number;
  readonly before?: DeliveryId | undefined;
  readonly status?: DeliveryStatus | undefined;
}

export interface Claim {
  readonly leaseUntil: string;
  /** This claim's own: one whose answer was lost is known again. */
  readonly claimId: string;
}

export interface DeliveryTable {
  /** Nothing happens where it is known. */
  add(delivery: Delivery, at: string): Promise<void>;
  get(endpoint: EndpointId, id: DeliveryId): Promise<Delivery | undefined>;
  /** Newest first, behind `before`. A page may be shorter than its limit: `next` says whether there is more. */
  list(
    endpoint: EndpointId,
    page: DeliveryPage,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly next: DeliveryId | undefined }>;
  /** The delivery in the hands of whoever claimed it; nothing when somebody else was quicker. */
  claim(delivery: Delivery, claim: Claim): Promise<Delivery | undefined>;
  /** What became of the claimed attempt. Nothing happens when another one was claimed since. */
  progress(claimed: Delivery, progress: Progress): Promise<void>;
  /** Due now, as if never tried. Nothing when it changed since it was read. */
  restart(delivery: Delivery, again: { readonly at: string; readonly giveUpAt: string }): Promise<Delivery | undefined>;
}

const expiresFrom = (at: string): number => Math.floor(Date.parse(at) / 1_000) + keptSeconds;

/** Items read at most to fill a page of one status: the rest is left to the next page. */
const maxRead = 500;
const readAtOnce = 100;

/** Answers nothing where the condition does not hold. */
const ifHolds = async <Value>(write: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};

/** `status` is a word of DynamoDB's own. */
const names = { '#status': 'status' };

const changes = (
  client: DynamoDBDocumentClient,
  table: string,
): Pick<DeliveryTable, 'claim' | 'progress' | 'restart'> => {
  const update = async (
    { endpoint, id }: Delivery,
    change: { UpdateExpression: string; ConditionExpression: string; values: Record<string, unknown> },
  ): Promise<Delivery | undefined> => {
    const { values, ...expressions } = change;
    const { Attributes } =
      (await ifHolds(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { endpoint, id },
            ...expressions,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: values,
            ReturnValues: 'ALL_NEW',
          }),
        ),
      )) ?? {};
    return Attributes as Delivery | undefined;
  };
  return {
    claim: (delivery, { leaseUntil, claimId }) =>
      update(delivery, {
        UpdateExpression: 'SET attempt = :next, leaseUntil = :lease, claimId = :claim',
        ConditionExpression:
          '#status = :pending AND (attempt = :seen OR (attempt = :next AND claimId = :claim AND leaseUntil = :lease))',
        values: {
          ':pending': 'pending',
          ':seen': delivery.attempt,
          ':next': delivery.attempt + 1,
          ':lease': leaseUntil,
          ':claim': claimId,
        },
      }),
    async progress(claimed, { status, failures, attempts, dueAt }) {
      await update(claimed, {
        UpdateExpression: `SET #status = :status, failures = :failures, attempts = :attempts${
          dueAt === undefined ? ' REMOVE leaseUntil, dueAt' : ', dueAt = :due REMOVE leaseUntil'
        }`,
        ConditionExpression: 'attempt = :claimed AND leaseUntil = :lease',
        values: {
          ':status': status,
          ':failures': failures,
          ':attempts': attempts,
          ':claimed': claimed.attempt,
          ':lease': claimed.leaseUntil,
          ...(dueAt === undefined ? {} : { ':due': dueAt }),
        },
      });
    },
    restart: (delivery, { at, giveUpAt }) =>
      update(delivery, {
        UpdateExpression:
          'SET #status = :pending, failures = :none, dueAt = :now, giveUpAt = :giveUp, expires = :expires REMOVE leaseUntil',
        ConditionExpression: 'attempt = :seen AND (attribute_not_exists(leaseUntil) OR leaseUntil <= :now)',
        values: {
          ':pending': 'pending',
          ':none': 0,
          ':now': at,
          ':giveUp': giveUpAt,
          ':expires': expiresFrom(at),
          ':seen': delivery.attempt,
        },
      }),
  };
};

export const deliveryTable = (client: DynamoDBDocumentClient, table: string): DeliveryTable => ({
  ...changes(client, table),
  async add(delivery, at) {
    await ifHolds(
      client.send(
        new PutCommand({
          TableName: table,
          Item: { ...delivery, expires: expiresFrom(at) },
          ConditionExpression: 'attribute_not_exists(id)',
        }),
      ),
    );
  },
  async get(endpoint, id) {
    const found = await client.send(new GetCommand({ TableName: table, Key: { endpoint, id }, ConsistentRead: true }));
    return found.Item as Delivery | undefined;
  },
  async list(endpoint, { limit, before, status }) {
    const found: Delivery[] = [];
    let next = before;
    for (let read = 0; read < maxRead; read += readAtOnce) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'endpoint = :endpoint',
          ...(status ? { FilterExpression: '#status = :status', ExpressionAttributeNames: names } : {}),
          ExpressionAttributeValues: { ':endpoint': endpoint, ...(status ? { ':status': status } : {}) },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: status ? readAtOnce : limit,
          ...(next ? { ExclusiveStartKey: { endpoint, id: next } } : {}),
        }),
      );
      found.push(...(Items as Delivery[]));
      next = LastEvaluatedKey?.id as DeliveryId | undefined;
      if (found.length > limit) return { deliveries: found.slice(0, limit), next: found[limit - 1]?.id };
      if (found.length === limit || next === undefined) break;
    }
    return { deliveries: found, next };
  },
});
