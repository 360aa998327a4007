/**
 * Endpoints, under their app; ids are UUIDv7, so the key order is the order of time. Under the same app lie a counter, because an
 * app has so many at most, and what each idempotency key made.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { countedItems, isConflict, keyId, type MadeItem } from '#shared/aws/counted-items.ts';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { type Endpoint, type EndpointId, maxEndpoints, type Rotation } from '../domain/endpoint.ts';

/** Undefined leaves a field as it is, null clears it. */
export type EndpointChange = { readonly updatedAt: string } & {
  readonly [Field in 'url' | 'events' | 'active' | 'description' | 'gone']?: Endpoint[Field] | null | undefined;
};

/** What the first request with an idempotency key asked for, and the endpoint that it made. */
export interface Made {
  readonly fingerprint: string;
  readonly endpoint: EndpointId;
}

export interface EndpointTable {
  get(app: string, id: EndpointId): Promise<Endpoint | undefined>;
  /** Newest first, behind `before`. */
  list(
    app: string,
    page?: { readonly limit: number; readonly before?: EndpointId | undefined },
  ): Promise<{ readonly endpoints: readonly Endpoint[]; readonly next: EndpointId | undefined }>;
  madeBy(app: string, key: string): Promise<Made | undefined>;
  /** All or nothing. What the key made before is answered instead of making another. */
  create(endpoint: Endpoint, by?: { key: string; fingerprint: string }): Promise<'created' | 'full' | Made>;
  /** The endpoint after the change; nothing when it is gone, which it then stays. */
  change(app: string, id: EndpointId, change: EndpointChange): Promise<Endpoint | undefined>;
  /** The endpoint with its new secret; nothing when it was rotated or removed meanwhile. */
  rotate(endpoint: Endpoint, rotation: Rotation & { readonly updatedAt: string }): Promise<Endpoint | undefined>;
  /** Nothing more is sent to it, unless it has another address by now. */
  switchOff(endpoint: Endpoint, at: string): Promise<void>;
  /** Answers whether it was there. */
  remove(app: string, id: EndpointId): Promise<boolean>;
}

/** Admins seldom meet: whoever meets another is asked to come again. */
const refuseConflict = (error: unknown): never => {
  throw isConflict(error) ? new ContentionError('endpoints were written by somebody else') : error;
};

const madeOf = ({ fingerprint, item }: MadeItem): Made => ({ fingerprint, endpoint: item as EndpointId });

const updateOf = (change: object) => {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const set = given.filter(([, value]) => value !== null);
  const cleared = given.filter(([, value]) => value === null).map(([name]) => `#${name}`);
  const remove = cleared.length > 0 ? ` REMOVE ${cleared.join(', ')}` : '';
  return {
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}${remove}`,
    names: Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
  };
};

const target = (table: string, app: string, id: string) => ({ TableName: table, Key: { app, id } });

const reads = (client: DynamoDBDocumentClient, table: string): Pick<EndpointTable, 'get' | 'list' | 'madeBy'> => {
  const read = async (app: string, id: string) =>
    (await client.send(new GetCommand({ ...target(table, app, id), ConsistentRead: true }))).Item;
  return {
    get: async (app, id) => (await read(app, id)) as Endpoint | undefined,
    async madeBy(app, key) {
      const made = (await read(app, keyId(key))) as MadeItem | undefined;
      return made && madeOf(made);
    },
    async list(app, { limit, before } = { limit: maxEndpoints }) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'app = :app AND begins_with(id, :endpoints)',
          ExpressionAttributeValues: { ':app': app, ':endpoints': 'whk_' },
          ScanIndexForward: false,
          Limit: limit,
          ConsistentRead: true,
          ...(before === undefined ? {} : { ExclusiveStartKey: { app, id: before } }),
        }),
      );
      return { endpoints: Items as Endpoint[], next: LastEvaluatedKey?.id as EndpointId | undefined };
    },
  };
};

const numbered = (client: DynamoDBDocumentClient, table: string): Pick<EndpointTable, 'create' | 'remove'> => {
  const counted = countedItems(client, { table, partitionKey: 'app', max: maxEndpoints });
  return {
    async create(endpoint, by) {
      const outcome = await counted.create(endpoint.app, endpoint, by).catch(refuseConflict);
      return typeof outcome === 'string' ? outcome : madeOf(outcome);
    },
    remove: (app, id) => counted.remove(app, id).catch(refuseConflict),
  };
};

const changes = (
  client: DynamoDBDocumentClient,
  table: string,
): Pick<EndpointTable, 'change' | 'rotate' | 'switchOff'> => {
  const update = async (
    app: string,
    id: EndpointId,
    change: object,
    only: { condition: string; names?: Record<string, string>; values?: object },
  ) => {
    const { names, values, UpdateExpression } = updateOf(change);
    try {
      const { Attributes } = await client.send(
        new UpdateCommand({
          ...target(table, app, id),
          UpdateExpression,
          ConditionExpression: only.condition,
          ExpressionAttributeNames: { ...names, ...only.names },
          ExpressionAttributeValues: { ...values, ...only.values },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return Attributes as Endpoint;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      return refuseConflict(error);
    }
  };
  return {
    change: (app, id, change) => update(app, id, change, { condition: 'attribute_exists(id)' }),
    rotate: ({ app, id, secretVersion }, rotation) =>
      update(app, id, rotation, { condition: '#secretVersion = :seen', values: { ':seen': secretVersion } }),
    async switchOff({ app, id, url }, at) {
      const off = { active: false, gone: true, updatedAt: at };
      const only = { condition: '#url = :called', names: { '#url': 'url' }, values: { ':called': url } };
      await update(app, id, off, only);
    },
  };
};

export const endpointTable = (client: DynamoDBDocumentClient, table: string): EndpointTable => ({
  ...reads(client, table),
  ...numbered(client, table),
  ...changes(client, table),
});
