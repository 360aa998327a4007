/** The service's functions as Lambda runs them: their own environment, the real clients, one generation from end to end. */

import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { definitions } from '#apps';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import { startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { startEventBus, type TestEventBus } from '#shared/testing/event-bus.ts';
import { streamEvent } from '#shared/testing/stream-event.ts';
import { creditsEvent, type HoldRequest } from '../contracts.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account } from '../domain/state.ts';
import { type CatalogEndpoint, startCatalogEndpoint } from './catalog-endpoint.ts';

const [app] = definitions;
if (!app) throw new Error('no app');
const owner = { app: app.id, user: 'user-1' };
const stream = `${app.id}#user-1`;
const context = {} as Context;

let dynamoDb: TestDynamoDb;
let bus: TestEventBus;
let catalog: CatalogEndpoint;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  bus = await startEventBus();
  catalog = await startCatalogEndpoint(definitions);
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint,
    AWS_ENDPOINT_URL_LAMBDA: catalog.endpoint,
    CATALOG_FUNCTION: catalog.functionName,
    EVENTS_TABLE: await dynamoDb.createEventsTable('credits-events'),
    BALANCES_TABLE: await dynamoDb.createKeyedTable('credits-balances', 'owner'),
    USAGE_TABLE: await dynamoDb.createKeyedTable('credits-usage', 'sk'),
    ALLOWANCES_TABLE: 'credits-allowances',
    HISTORY_TABLE: await dynamoDb.createKeyedTable('credits-history', 'owner', 'sk'),
    DAILY_RESET_QUEUE_URL: 'https://sqs.invalid/daily-reset',
    AUDIT_QUEUE_URL: 'https://sqs.invalid/audit',
    BUS_NAME: 'bus-1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  });
});
afterAll(async () => {
  const { dynamoDb: client } = await import('#shared/aws/dynamodb.ts');
  const { lambda } = await import('#shared/aws/lambda.ts');
  client().destroy();
  lambda().destroy();
  await Promise.all([dynamoDb.close(), bus.close(), catalog.close()]);
});

const events = () =>
  dynamoEventStore<Account, AccountEvent>(dynamoDb.client, 'credits-events').read(stream, { limit: 100 });

const get = async (path: string) => {
  const { handler } = await import('../handlers/api.ts');
  const { statusCode, body } = await handler(apiEvent({ path, user: owner }), context);
  return { status: statusCode, body: JSON.parse(body) };
};

const request: HoldRequest = {
  ...owner,
  holdId: 'gen_1',
  credits: 2,
  tool: 'photo-filter',
  expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  correlationId: 'request-1',
};

const told = (source: string, type: string, version: number, data: object): SQSEvent =>
  ({
    Records: [
      {
        messageId: 'message-1',
        body: JSON.stringify({
          id: 'bus-1',
          source: `tessera.${source}`,
          'detail-type': type,
          detail: {
            ...owner,
            id: 'event-1',
            type,
            schemaVersion: 1,
            version,
            at: new Date().toISOString(),
            correlationId: 'request-1',
            causationId: 'event-0',
            data,
          },
        }),
      },
    ],
  }) as SQSEvent;

test('hold, settle, publish, project, show', async () => {
  const { handler: hold } = await import('../handlers/hold.ts');
  const { handler: onJobEnded } = await import('../handlers/on-job-ended.ts');
  const { handler: relay } = await import('../handlers/relay.ts');
  const { handler: project } = await import('../handlers/project.ts');

  const welcome = app.welcome_credits;
  expect(await hold(request)).toEqual({ status: 'held', available: welcome - 2, paying: false });
  const succeeded = told('generation', 'JobSucceeded', 3, {
    jobId: 'gen_1',
    tool: 'photo-filter',
    cost: 1,
    outputs: [],
  });
  expect(await onJobEnded(succeeded, context)).toEqual({ batchItemFailures: [] });

  const recorded = await events();
  expect(recorded.map(({ event }) => event.type)).toEqual([
    'AccountOpened',
    'CreditsGranted',
    'CreditsHeld',
    'HoldSettled',
  ]);
  expect(await relay(streamEvent(recorded))).toEqual({ batchItemFailures: [] });
  expect(bus.calls.flat().map(({ Detail }) => creditsEvent.parse(JSON.parse(Detail)).type)).toEqual(
    recorded.map(({ event }) => event.type),
  );
  expect(bus.calls.flat().every(({ Source }) => Source === 'tessera.credits')).toBe(true);

  expect(await project(streamEvent(recorded))).toEqual({ batchItemFailures: [] });
  const { Item } = await dynamoDb.client.send(
    new GetCommand({ TableName: 'credits-balances', Key: { owner: stream } }),
  );
  expect(Item).toMatchObject({ ...owner, available: welcome - 1, held: 0, spent: 1, version: 4 });

  expect(await get('/v1/credits')).toMatchObject({ status: 200, body: { available: welcome - 1, held: 0, spent: 1 } });
  expect((await get('/v1/credits/transactions')).body.data).toMatchObject([
    { type: 'refund', amount: 1 },
    { type: 'spend', amount: -2 },
    { type: 'bonus', amount: welcome },
  ]);
});

test('FS8 a purchase told twice and its refund are booked once; a dispute’s end without its opening comes again', async () => {
  const { handler: onPayment } = await import('../handlers/on-payment.ts');
  const paymentId = 'pay_0199c2d4-3f0e-7cc1-a4b5-6d7e8f901234';
  const payment = { paymentId, provider: 'stripe', purpose: 'pack', item: 'p', amountMinor: 1_000, currency: 'USD' };
  const grant = { grantId: paymentId, granted: 100 };
  const captured = told('billing', 'PaymentCaptured', 3, { ...payment, credits: 100 });
  const refund = { revocationId: `${paymentId}.r300`, refundedMinor: 300, totalMinor: 300, credits: 30, ...grant };
  const refunded = told('billing', 'PaymentRefunded', 4, { ...payment, ...refund });
  const before = (await get('/v1/credits')).body.available;
  for (const event of [captured, captured, refunded])
    expect(await onPayment(event, context)).toEqual({ batchItemFailures: [] });
  expect((await get('/v1/credits')).body.available).toBe(before + 70);
  const won = told('billing', 'DisputeWon', 6, { ...payment, ...grant, revocationId: 'dp_1', credits: 70 });
  expect(await onPayment(won, context)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
});

test('FS9 a job that an admin refunded, told twice, brings its cost back once', async () => {
  const { handler: onJobRefunded } = await import('../handlers/on-job-refunded.ts');
  const refunded = told('generation', 'JobRefunded', 4, {
    jobId: 'gen_1',
    tool: 'photo-filter',
    credits: 1,
    reason: 'torn',
    by: 'admin:boss',
  });
  const before = (await get('/v1/credits')).body.available;
  for (const event of [refunded, refunded])
    expect(await onJobRefunded(event, context)).toEqual({ batchItemFailures: [] });
  expect((await get('/v1/credits')).body.available).toBe(before + 1);
  expect((await events()).at(-1)).toMatchObject({ event: { type: 'CreditsAdjusted' }, meta: { actor: 'admin:boss' } });
});
