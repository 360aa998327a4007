/** What the templates promise, read off them: append-only by IAM, least privilege, dead-letter queues, no secrets. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import type { AccountModel, FunctionModel } from '#local/contracts.ts';
import { isAllowed } from '#local/iam/index.ts';
import { synthesized } from '#local/synthesize.ts';
import { functions as functionsOf, loadModel, rolePolicies } from '#local/template/index.ts';
import { secondPassAfterMs } from '#services/identity/deletion/tell-again.ts';

let model: AccountModel;
let functions: FunctionModel[];
beforeAll(async () => {
  model = await loadModel(await synthesized(), {
    region: 'eu-west-1',
    accountId: '123456789012',
    gatewayUrl: 'http://gateway.invalid',
  });
  functions = functionsOf(model);
}, 60_000);

describe('I6 events are append-only by IAM', () => {
  const forbidden = [
    'UpdateItem',
    'DeleteItem',
    'BatchWriteItem',
    'PartiQLUpdate',
    'PartiQLDelete',
    'DeleteTable',
    'RestoreTableToPointInTime',
  ];
  test('no function may change or delete an event', () => {
    const tables = model.ofType('AWS::DynamoDB::Table').filter(({ logicalId }) => logicalId.startsWith('Events'));
    expect(tables.length).toBeGreaterThanOrEqual(2);
    const able = functions.flatMap(({ entry, roleArn }) =>
      tables.flatMap(({ arn }) =>
        forbidden
          .filter((operation) =>
            isAllowed(rolePolicies(model, roleArn), { action: `dynamodb:${operation}`, resource: arn }),
          )
          .map((operation) => `${entry} may ${operation}`),
      ),
    );
    expect(able).toEqual([]);
  });
});

/** Actions that know no resource. */
const listing = new Set(['dynamodb:ListStreams', 'sqs:ListQueues']);
const forbiddenOnRecords = ['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate', 'PartiQLDelete'];

describe('least privilege', () => {
  test('FS9 what admins did can be added to, and never changed', () => {
    const [audit, ...others] = model
      .ofType('AWS::DynamoDB::Table')
      .filter(({ stack, logicalId }) => stack === 'TesseraAdmin' && logicalId.startsWith('Audit'));
    expect(others).toEqual([]);
    const able = functions.flatMap(({ entry, roleArn }) =>
      ['PutItem', ...forbiddenOnRecords]
        .filter((operation) =>
          isAllowed(rolePolicies(model, roleArn), { action: `dynamodb:${operation}`, resource: audit?.arn ?? '' }),
        )
        .map((operation) => `${entry} may ${operation}`),
    );
    expect(able).toEqual(['services/admin/handlers/record-audit.ts may PutItem']);
  });

  test('FS9 the functions that serve admins or operators, and no others, may write down what is done', () => {
    const audit = model
      .ofType('AWS::SQS::Queue')
      .find(({ stack, logicalId }) => stack === 'TesseraPlatform' && logicalId.startsWith('AuditQueue'));
    const writers = functions.filter(
      ({ entry, roleArn }) =>
        // It may send to any queue of the deployment: that is how dead letters go back.
        entry !== 'services/admin/handlers/api.ts' &&
        isAllowed(rolePolicies(model, roleArn), { action: 'sqs:SendMessage', resource: audit?.arn ?? '' }),
    );
    const services = ['billing', 'catalog', 'credits', 'generation', 'identity', 'notifications', 'webhooks'];
    expect(writers.map(({ entry }) => entry).toSorted()).toEqual(
      services.map((service) => `services/${service}/handlers/api.ts`),
    );
    for (const { environment } of writers) expect(environment.AUDIT_QUEUE_URL).toBe(audit?.ref);
  });

  test('FS9 every dead-letter queue is one that operators’ rights name', () => {
    const targets = new Set(
      model.ofType('AWS::SQS::Queue').map(({ properties }) => redriveTarget(properties.RedrivePolicy)),
    );
    const dead = model.ofType('AWS::SQS::Queue').filter(({ arn }) => targets.has(arn));
    expect(dead.length).toBeGreaterThan(30);
    for (const { stack, logicalId } of dead) {
      expect(logicalId).toContain('DeadLetters');
      // CloudFormation adds twelve characters, and cuts what is longer than 80.
      expect(`${stack}-${logicalId}-`.length + 12).toBeLessThanOrEqual(80);
    }
  });

  test('no policy names an action by a wildcard, and only listing streams and queues takes any resource', () => {
    const wide = functions.flatMap(({ entry, roleArn }) =>
      rolePolicies(model, roleArn).flatMap(({ actions, resources }) => [
        ...actions.filter((action) => action.includes('*')).map((action) => `${entry}: ${action}`),
        ...(resources.includes('*')
          ? actions.filter((action) => !listing.has(action)).map((action) => `${entry}: ${action} on *`)
          : []),
      ]),
    );
    expect(wide).toEqual([]);
  });

  test('PP17 no route leads to the worker', () => {
    const uris = model
      .ofType('AWS::ApiGatewayV2::Integration')
      .map(({ properties }) => JSON.stringify(properties.IntegrationUri));
    const worker = functions.find(({ entry }) => entry === 'services/generation/handlers/work.ts');
    expect(worker).toBeDefined();
    expect(uris.some((uri) => uri.includes(worker?.arn ?? ''))).toBe(false);
  });
});

const redriveTarget = (policy: unknown): string | undefined =>
  (policy as { deadLetterTargetArn?: string } | undefined)?.deadLetterTargetArn;

describe('FS11 what happens by the clock', () => {
  const schedules = () => model.ofType('AWS::Scheduler::Schedule').map(({ properties }) => properties);

  test('every app has its midnight, in its own zone, and an hour that always exists', () => {
    const expected = definitions.map(({ id, zone }) => [
      JSON.stringify({ kind: 'page', app: id }),
      zone,
      'cron(0 0,1 * * ? *)',
    ]);
    const midnights = schedules().flatMap(({ Target, ScheduleExpression, ScheduleExpressionTimezone }) => {
      const { Input } = Target as { Input: string };
      return Input.includes('"page"') ? [[Input, ScheduleExpressionTimezone, ScheduleExpression]] : [];
    });
    expect(expected.length).toBeGreaterThan(0);
    expect(midnights).toEqual(expected);
  });

  test('I9 stuck jobs are looked for every five minutes', () => {
    const sweeps = schedules().filter(({ Description }) => Description === 'Ends holds that are past their expiry');
    expect(sweeps.map(({ ScheduleExpression }) => ScheduleExpression)).toEqual(['rate(5 minutes)']);
  });

  test('a schedule sends to a queue that is read, and keeps what it cannot deliver', () => {
    const read = new Set(
      model.ofType('AWS::Lambda::EventSourceMapping').map(({ properties }) => String(properties.EventSourceArn)),
    );
    const targets = schedules().map(({ Target }) => Target as { Arn: string; DeadLetterConfig?: { Arn?: string } });
    expect(targets.every(({ Arn }) => read.has(Arn))).toBe(true);
    expect(targets.every(({ DeadLetterConfig }) => model.byArn(DeadLetterConfig?.Arn ?? '') !== undefined)).toBe(true);
  });
});

test('a leaving’s second pass comes when nothing that ran at the first can still run', () => {
  expect(Math.max(...functions.map(({ timeoutMs }) => timeoutMs))).toBeLessThan(secondPassAfterMs);
});

describe('SP16 nothing is lost', () => {
  test('every queue that is read has a dead-letter queue', () => {
    const queues = new Map(model.ofType('AWS::SQS::Queue').map((queue) => [queue.arn, queue]));
    const deadLetters = new Set([...queues.values()].map(({ properties }) => redriveTarget(properties.RedrivePolicy)));
    const without = model
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => {
        const queue = queues.get(String(properties.EventSourceArn));
        if (queue && deadLetters.has(queue.arn)) return false;
        return queue
          ? queue.properties.RedrivePolicy === undefined
          : !JSON.stringify(properties.DestinationConfig ?? '').includes(':sqs:');
      })
      .map(({ logicalId }) => logicalId);
    expect(without).toEqual([]);
  });

  test('every mapping reports partial failures and, on a stream, bisects and gives up after bounded tries', () => {
    for (const { logicalId, properties } of model.ofType('AWS::Lambda::EventSourceMapping')) {
      expect([logicalId, properties.FunctionResponseTypes]).toEqual([logicalId, ['ReportBatchItemFailures']]);
      if (String(properties.EventSourceArn).includes(':dynamodb:'))
        expect([logicalId, properties.BisectBatchOnFunctionError, Number(properties.MaximumRetryAttempts) > 0]).toEqual(
          [logicalId, true, true],
        );
    }
  });

  test('a message comes again only when its function is surely gone: visibility is at least six time-outs', () => {
    const timeouts = new Map(functions.map(({ arn, timeoutMs }) => [arn, timeoutMs]));
    for (const { properties } of model.ofType('AWS::Lambda::EventSourceMapping')) {
      const queue = model.byArn(String(properties.EventSourceArn));
      if (queue?.type !== 'AWS::SQS::Queue') continue;
      const fn =
        model.byArn(String(properties.FunctionName)) ??
        model.resources.find(({ ref }) => ref === properties.FunctionName);
      expect(Number(queue.properties.VisibilityTimeout) * 1_000).toBeGreaterThanOrEqual(
        6 * (timeouts.get(fn?.arn ?? '') ?? Number.POSITIVE_INFINITY),
      );
    }
  });

  test('tables and buckets outlive their stack', async () => {
    const stateful = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket'];
    const folder = await synthesized();
    const files = (await readdir(folder)).filter((file) => file.endsWith('.template.json'));
    const templates = await Promise.all(
      files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8'))),
    );
    const resources = templates.flatMap(({ Resources }) => Object.entries<Record<string, unknown>>(Resources));
    const kept = resources.filter(([, { Type }]) => stateful.includes(String(Type)));
    expect(kept.length).toBeGreaterThanOrEqual(7);
    expect(
      kept.filter(
        ([, { DeletionPolicy, UpdateReplacePolicy }]) =>
          DeletionPolicy !== 'Retain' || UpdateReplacePolicy !== 'Retain',
      ),
    ).toEqual([]);
  });
});

test('no function has a secret in its environment', () => {
  const suspicious = functions.flatMap(({ entry, environment }) =>
    Object.entries(environment)
      .filter(
        ([name, value]) =>
          /SECRET|PASSWORD|TOKEN|PRIVATE|API_KEY/i.test(name) || /sk_(live|test)_|-----BEGIN/.test(value),
      )
      .map(([name]) => `${entry}: ${name}`),
  );
  expect(suspicious).toEqual([]);
});
