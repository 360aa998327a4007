/** Credits' API for tests: the real routes and tables on an emulator, accounts in memory, one app that has everything. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { apiFunction } from '#shared/http/api-function.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { type ApiEventParts, apiEvent } from '#shared/testing/api-event.ts';
import { keptTrail } from '#shared/testing/audit.ts';
import { countUse, readUses } from '../allowances/use-counter.ts';
import type { ResetMessage } from '../daily-reset/messages.ts';
import type { AccountCommand } from '../domain/commands.ts';
import { apiHandlers } from '../handlers/api-handlers.ts';
import { problems } from '../problems.ts';
import { listAccounts } from '../read-models/account-list.ts';
import { importedHistory } from '../read-models/imported-history.ts';
import { sumUsage } from '../read-models/usage-sums.ts';
import { routes } from '../routes.ts';
import { createBalancesTable } from './balances-table.ts';
import { catalogWith, keptLog, meta, newAccounts, owner, stream } from './doubles.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

const plain = { pro: false, price: null, limits: { jobs_per_hour: null, concurrent_jobs: null } };
const plan = { name: 'A plan', monthly_credits: 0, max_rollover: 0, daily_credits: 0, daily_cap: null, ...plain };

/** `sparky` and `product-studio`, alike: in UTC, paid by Stripe, with plans `free`, `daily` and `pro`, and two allowances that `pro` does not limit. */
export const testCatalog = (more: Partial<AppDefinition> = {}): Catalog => ({
  app: async (id) => {
    const definition = await catalogWith(10).app('sparky');
    const isServed = ['sparky', 'product-studio'].includes(id);
    return definition && isServed
      ? {
          ...definition,
          id,
          zone: 'UTC',
          payment_providers: ['stripe'],
          default_plan: 'free',
          plans: [
            { ...plan, id: 'free' },
            { ...plan, id: 'daily', daily_credits: 5, daily_cap: 8 },
            { ...plan, id: 'pro' },
          ],
          allowances: [
            { tool: 'photo-filter', limit: 10, period: 'day', plans: ['free'] },
            { tool: 'photo-filter', limit: 50, period: 'month', plans: ['daily'] },
            { tool: 'face-analysis', limit: 1, period: 'month', plans: ['free', 'daily'] },
          ],
          ...more,
        }
      : undefined;
  },
});

let tables = 0;

/** A table of the test's own with keys `owner` and `sk`. */
export const createSortedTable = async (client: DynamoDBDocumentClient): Promise<string> => {
  tables += 1;
  const TableName = `sorted-${tables}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['owner', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    }),
  );
  return TableName;
};

export const admin = { verdict: 'user', app: 'sparky', user: 'boss', role: 'admin' } as const;
export const adminKey = { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' } as const;

export const newApi = async (client: DynamoDBDocumentClient, catalog: Catalog = testCatalog()) => {
  const accounts = newAccounts();
  const { store, handle } = accounts;
  const { logger, lines } = keptLog();
  tables += 1;
  const [balances, usage, allowances, history] = [
    await createBalancesTable(client, `balances-${tables}`),
    await createSortedTable(client),
    await createSortedTable(client),
    await createSortedTable(client),
  ];
  const resets: ResetMessage[] = [];
  const api = apiFunction({
    routes,
    handlers: apiHandlers({
      store,
      handle,
      catalog,
      sumUsage: sumUsage(client, usage),
      countUse: countUse(client, allowances),
      readUses: readUses(client, allowances),
      accounts: listAccounts(client, balances),
      history: importedHistory(client, history),
      sendReset: async (message) => {
        resets.push(message);
      },
      logger,
    }),
    problems,
    logger: Object.assign(logger, { resetKeys: () => undefined }),
    metrics: createMetrics('credits'),
    audit: keptTrail(),
  });
  /** As the owner that tests use, unless told otherwise. */
  const call = async (parts: ApiEventParts) => {
    const event = apiEvent({ ...(parts.verdict ? {} : { user: owner }), ...parts });
    const { statusCode, headers, body } = await api(event, {} as Context);
    const isJson = headers['content-type']?.includes('json') ?? false;
    return { status: statusCode, headers, text: body, body: isJson ? JSON.parse(body) : undefined };
  };
  return {
    ...accounts,
    lines,
    resets,
    balances,
    history,
    call,
    get: (path: string, query?: Readonly<Record<string, string>>, more: ApiEventParts = {}) =>
      call({ path, ...(query ? { query } : {}), ...more }),
    send: (method: 'PUT' | 'POST', path: string, body?: unknown, more: ApiEventParts = {}) =>
      call({ method, path, body, ...more }),
    give: async (...commands: readonly AccountCommand[]) => {
      for (const command of commands) await handle(stream, command, meta);
    },
    putUsage: (row: { owner: string; sk: string; tool: string; credits: number }) =>
      client.send(new PutCommand({ TableName: usage, Item: row })),
    putBalance: (row: Readonly<Record<string, unknown>>) =>
      client.send(new PutCommand({ TableName: balances, Item: row })),
  };
};
export type TestApi = Awaited<ReturnType<typeof newApi>>;
