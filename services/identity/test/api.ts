/** Identity's API for tests: the real routes over a real table, one catalog of two apps, and hooks that tests sign. */
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import { Webhook } from 'standardwebhooks';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import { apiFunction } from '#shared/http/api-function.ts';
import { createLogger } from '#shared/observability/logger.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { type ApiEventParts, apiEvent } from '#shared/testing/api-event.ts';
import { keptTrail } from '#shared/testing/audit.ts';
import type { TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { leave } from '../deletion/tombstones.ts';
import { type DeletedUser, newUser, type UserChange, type UserRecord } from '../domain/user.ts';
import { apiHandlers } from '../handlers/api-handlers.ts';
import { messageJudge } from '../hook/judge-message.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { zoneOf } from '../users/local-zone.ts';
import { listUsers, userIndexes } from '../users/user-list.ts';
import { userTable } from '../users/user-table.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';
process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

export const caller = { app: 'sparky', user: 'user-1', email: 'someone@example.com' };
export const adminKey = { verdict: 'admin', app: 'sparky', key: 'key-0123456789ab' } as const;

const secretOf = (letter: string) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`;
/** Of sparky two, as during a rotation; `unlisted` is nobody's. */
export const secrets = {
  old: secretOf('o'),
  new: secretOf('n'),
  other: secretOf('x'),
  unlisted: secretOf('u'),
} as const;

const definitions: Readonly<Record<string, Pick<AppDefinition, 'zone' | 'locales'>>> = {
  sparky: { zone: 'Africa/Cairo', locales: ['en', 'ar'] },
  'product-studio': { zone: 'UTC', locales: ['en'] },
};

/** What Supabase Auth says of a user who signed up. */
export const signedUp = (more: object = {}, metadata: object = { name: 'after-user-created' }) => ({
  metadata: {
    uuid: '0199c2d4-0000-7000-8000-000000000009',
    time: '2026-11-05T10:00:00Z',
    ip_address: '192.0.2.1',
    ...metadata,
  },
  user: {
    id: 'user-1',
    aud: 'authenticated',
    role: '',
    email: 'hook@example.com',
    is_anonymous: false,
    user_metadata: { name: 'Told by the hook' },
    ...more,
  },
});

let tables = 0;

/** A message as Supabase Auth sends it; `at` in milliseconds. */
export const signedMessage = (
  body: unknown,
  { secret = secrets.new as string, at = Date.now(), id = 'msg_1' } = {},
) => {
  const rawBody = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    rawBody,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, new Date(at), rawBody),
    },
  };
};

export const newApi = async ({ client, createIndexedTable }: TestDynamoDb) => {
  tables += 1;
  const table = await createIndexedTable(`users-${tables}`, ['owner'], userIndexes);
  const state = {
    secrets: JSON.stringify({ sparky: [`v1,${secrets.old}`, `v1,${secrets.new}`], 'product-studio': [secrets.other] }),
    secretReads: 0,
    catalogReads: 0,
    catalogIsDown: undefined as Error | undefined,
  };
  const catalog: Catalog = {
    app: async (id) => {
      state.catalogReads += 1;
      if (state.catalogIsDown) throw state.catalogIsDown;
      return definitions[id] as AppDefinition | undefined;
    },
  };
  const logger = createLogger('identity');
  const users = userTable(client, table);
  const api = apiFunction({
    routes,
    handlers: apiHandlers({
      users,
      userList: listUsers(client, table),
      catalog,
      zoneOf: zoneOf(catalog),
      judgeMessage: messageJudge({
        readSecrets: async () => {
          state.secretReads += 1;
          return state.secrets;
        },
      }),
      leave: leave(client, table, users),
      signExport: async ({ app, user }, id, at) => ({
        url: `https://exports.example/${app}/${user}/${id}`,
        expiresAt: at,
      }),
      logger,
    }),
    problems,
    logger,
    metrics: createMetrics('identity'),
    audit: keptTrail(),
  });
  let requests = 0;
  /** As `caller`, unless told otherwise. */
  const call = async (parts: ApiEventParts) => {
    requests += 1;
    const { statusCode, headers, body } = await api(
      apiEvent({ requestId: `request-${requests}`, ...(parts.verdict ? {} : { user: caller }), ...parts }),
      {} as Context,
    );
    return { status: statusCode, headers, body: body === '' ? undefined : JSON.parse(body) };
  };
  return {
    state,
    users,
    call,
    get: (path = '/v1/me', more: ApiEventParts = {}) => call({ path, ...more }),
    patch: (body: unknown, headers: Record<string, string> = {}) =>
      call({ method: 'PATCH', path: '/v1/me', body, headers }),
    post: (path: string, more: ApiEventParts = {}) => call({ method: 'POST', path, ...more }),
    hook: ({ rawBody, headers } = signedMessage(signedUp()), app = 'sparky') =>
      call({ method: 'POST', path: `/webhooks/auth/${app}`, rawBody, headers }),
    records: async () =>
      ((await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }))).Items ?? []) as UserRecord[],
    /** Brings the caller's record into a state that takes days to come about. */
    arrange: async (change: UserChange) => {
      const stamp = { at: new Date().toISOString(), correlationId: 'arranged' };
      const known = await users.open(newUser({ owner: caller, via: 'request', ...stamp }));
      await users.change(known, stamp, () => ({ change }));
    },
    /** What stays of the caller who left. */
    leave: () => {
      const at = new Date().toISOString();
      const { app, user } = caller;
      const tombstone: DeletedUser = {
        owner: `${app}#${user}`,
        app,
        user,
        status: 'deleted',
        version: 9,
        created_at: at,
        updated_at: at,
        deleted_at: at,
        deletion_pass: 1,
        correlation_id: 'request-9',
      };
      return client.send(new PutCommand({ TableName: table, Item: tombstone }));
    },
  };
};
export type TestApi = Awaited<ReturnType<typeof newApi>>;
