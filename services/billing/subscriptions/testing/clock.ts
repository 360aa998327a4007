/** The clock over a real table and its index, its messages kept by the test, beside a Stripe whose answers are set by hand. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import type { Metrics } from '#shared/observability/metrics.ts';
import type { TestDynamoDb } from '#shared/testing/dynamodb.ts';
import type { SubscriptionCommand } from '../../domain/subscription-commands.ts';
import type { SubscriptionEvent } from '../../domain/subscription-events.ts';
import { type Observed, type Subscription, subscriptionStream } from '../../domain/subscription-state.ts';
import { subscriptionHandler } from '../../handle-subscription.ts';
import { ProviderFailure, type Providers } from '../../providers/provider.ts';
import { day } from '../../test/subscriptions.ts';
import { checkDue } from '../check-due.ts';
import { type CheckMessage, checkMessage } from '../check-message.ts';
import { byDue, dueShards, dueTable, subscriptionRow } from '../due-table.ts';
import { observeSubscription } from '../observe.ts';

export const meta = { actor: 'system:test', correlationId: 'request-0' };
const log = { info: () => undefined, error: () => undefined };
export const streamOf = (user: string): string => subscriptionStream({ app: 'sparky', user });

let tablesMade = 0;
export const newTable = async ({ client }: Pick<TestDynamoDb, 'client'>) => {
  tablesMade += 1;
  const TableName = `subscriptions-${tablesMade}`;
  const names = ['owner', byDue.partitionKey, byDue.sortKey] as const;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: byDue.name,
          KeySchema: [
            { AttributeName: byDue.partitionKey, KeyType: 'HASH' },
            { AttributeName: byDue.sortKey, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  return dueTable(client, TableName);
};

/** What Stripe says when it is asked; nothing of what is not set. */
const newStripe = () => {
  const says = new Map<string, Observed | ProviderFailure>();
  const asked: string[] = [];
  const api = {
    readSubscription: async (reference: string) => {
      asked.push(reference);
      const said = says.get(reference) ?? new ProviderFailure('unknown-there', 'no such subscription');
      if (said instanceof ProviderFailure) throw said;
      return { observed: said, customer: 'cus_1', item: 'si_1' };
    },
  };
  return { says, asked, providers: { stripe: api } as unknown as Providers };
};

/** `broken`: a user whose stream does not answer. */
export const newClock = async (dynamoDb: Pick<TestDynamoDb, 'client'>, { pageSize = 2, broken = '' } = {}) => {
  const stripe = newStripe();
  let { providers } = stripe;
  const due = await newTable(dynamoDb);
  const store = memoryEventStore<Subscription, SubscriptionEvent>();
  const handle = subscriptionHandler(store);
  const waiting: CheckMessage[] = [];
  const counted: Record<string, number> = {};
  let clock = day(0);
  const users = new Set<string>();
  const now = () => clock;
  const work = checkDue({
    store,
    observe: observeSubscription({ store, handle, now }),
    providersOf: async () => providers,
    handle: (stream, ...rest) => {
      if (stream === streamOf(broken)) throw new Error('no answer');
      return handle(stream, ...rest);
    },
    due,
    send: async (pages) => {
      waiting.push(...pages.map((page) => checkMessage.parse(page)));
    },
    logger: log,
    metrics: {
      addMetric: (name: string, _unit: string, value: number) => {
        counted[name] = (counted[name] ?? 0) + value;
      },
      publishStoredMetrics: () => undefined,
    } as unknown as Metrics,
    now,
    pageSize,
  });
  const project = async () => {
    for (const user of users) {
      const [newest] = await store.read(streamOf(user), { direction: 'backward', limit: 1 });
      if (newest) await due.write(subscriptionRow(newest));
    }
  };
  return {
    counted,
    says: stripe.says,
    asked: stripe.asked,
    loseKeys: () => {
      providers = {};
    },
    stateOf: async (user: string) => (await store.load(streamOf(user)))?.state,
    tell: async (user: string, ...commands: readonly SubscriptionCommand[]) => {
      users.add(user);
      for (const command of commands) await handle(streamOf(user), command, meta);
    },
    project,
    /** Looks until nothing waits; gives the number of pages. */
    run: async (at: string): Promise<number> => {
      clock = at;
      await project();
      await work({ kind: 'start' }, { messageId: 'start-1' });
      for (let pages = 0; pages < 100; pages += 1) {
        const message = waiting.shift();
        if (!message) return pages;
        await work(message, { messageId: 'page' });
      }
      throw new Error('the check does not end');
    },
    planOf: async (user: string) => (await store.load(streamOf(user)))?.state.entitledTo,
    due: async (at: string) => {
      const pages = await Promise.all(dueShards.map((shard) => due.listDue(shard, { at, limit: 50 })));
      return pages.flatMap(({ owners }) => owners);
    },
  };
};
