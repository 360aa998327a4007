/** A system test's view of users who leave: what is held of them anywhere, and what they are told of, at any time and in any order. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { accountStream } from '#services/credits/domain/account.ts';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import type { Account } from '#services/credits/domain/state.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { derivedUuid } from '#shared/ids.ts';
import { scheduleName } from './ledger.ts';
import { type Stack, tableName, type User } from './stack.ts';

/** Nothing of a user is left. */
export const nothing = { jobs: 0, assets: 0, prompts: 0, uploads: 0, outputs: 0, exports: 0 };

const tables = { jobs: 'Jobs', assets: 'Assets', prompts: 'Prompts' } as const;
const buckets = { uploads: 'Uploads', outputs: 'Outputs', exports: 'Exports' } as const;
type BucketName = keyof typeof buckets;

const bucketOf = ({ account }: Stack, name: BucketName): string => {
  const [bucket] = account.model
    .ofType('AWS::S3::Bucket')
    .filter(({ logicalId }) => logicalId.startsWith(buckets[name]));
  if (!bucket) throw new Error(`there is no bucket ${buckets[name]}`);
  return bucket.ref;
};

/** Rows and files of a user, wherever they may be. */
const countHeld = async (stack: Stack, s3: S3Client, { id, app }: User): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const [name, logicalId] of Object.entries(tables)) {
    const TableName = tableName(stack.account, 'TesseraGeneration', logicalId);
    let count = 0;
    for await (const { Items = [] } of paginateScan({ client: stack.dynamoDb }, { TableName, ConsistentRead: true }))
      count += Items.filter(({ owner }) => owner === `${app}#${id}`).length;
    counts[name] = count;
  }
  for (const name of Object.keys(buckets) as BucketName[]) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketOf(stack, name) }));
    counts[name] = Contents.filter(({ Key = '' }) => Key.includes(`/${app}/${id}/`)).length;
  }
  return counts;
};

/** An event of identity, as its relay would put it. */
const entryOf = (busName: string | undefined, { id, app }: User, type: string, data: object) => {
  const ids = { id: derivedUuid(id, type, JSON.stringify(data)), correlationId: 'told', causationId: 'told' };
  const detail = { ...ids, type, schemaVersion: 1, app, user: id, version: 1, at: new Date().toISOString(), data };
  return { EventBusName: busName, Source: 'tessera.identity', DetailType: type, Detail: JSON.stringify(detail) };
};

export const leaversOf = (stack: Stack) => {
  const { account, dynamoDb } = stack;
  const s3 = new S3Client(account.operatorConfig);
  const bus = new EventBridgeClient(account.operatorConfig);
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb, stack.tables.credits);
  const streamOf = ({ id, app }: User) => accountStream({ app, user: id });
  return {
    held: (user: User) => countHeld(stack, s3, user),
    /** Types of the account's events. */
    ledgerOf: async (user: User) => (await store.read(streamOf(user), { limit: 1_000 })).map(({ event }) => event.type),
    accountOf: async (user: User) => (await store.load(streamOf(user)))?.state.status,
    putFile: async (name: BucketName, Key: string) => {
      await s3.send(new PutObjectCommand({ Bucket: bucketOf(stack, name), Key, Body: 'x' }));
    },
    tell: async (user: User, type: string, data: object) => {
      const busName = account.model.ofType('AWS::Events::EventBus')[0]?.ref;
      await bus.send(new PutEventsCommand({ Entries: [entryOf(busName, user, type, data)] }));
    },
    /** The second pass, as if they had left two hours ago. */
    secondPass: async ({ id, app }: User) => {
      await dynamoDb.send(
        new UpdateCommand({
          TableName: stack.tables.users,
          Key: { owner: `${app}#${id}` },
          UpdateExpression: 'SET deleted_at = :at',
          ExpressionAttributeValues: { ':at': new Date(Date.now() - 7_200_000).toISOString() },
        }),
      );
      await account.fireSchedule(scheduleName(stack, 'EveryHour'));
      await account.drain({ timeoutMs: 60_000 });
    },
    close: () => {
      s3.destroy();
      bus.destroy();
    },
  };
};
export type Leavers = ReturnType<typeof leaversOf>;
