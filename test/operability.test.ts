/** PP13 what operators see, read off the templates: alarms with a runbook, dashboards, tracing and budgets. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AccountModel, Resource } from '#local/contracts.ts';
import { synthesized } from '#local/synthesize.ts';
import { functions, loadModel } from '#local/template/index.ts';

const modelOf = async (context: Readonly<Record<string, unknown>> = {}): Promise<AccountModel> =>
  loadModel(await synthesized({ context }), {
    region: 'eu-west-1',
    accountId: '123456789012',
    gatewayUrl: 'http://gateway.invalid',
  });

let plain: AccountModel;
let withAll: AccountModel;
let anchors: ReadonlySet<string>;

/** As GitHub and most readers of Markdown make them. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

beforeAll(async () => {
  const runbook = await readFile(join(import.meta.dirname, '../docs/runbook.md'), 'utf8');
  anchors = new Set([...runbook.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
  plain = await modelOf();
  withAll = await modelOf({
    runbook_url: 'https://wiki.example/runbook.md',
    tracing: 'true',
    monthly_budget_usd: '500',
    alarm_email: 'operators@example.com',
  });
}, 120_000);

const alarmsOf = (model: AccountModel) => model.ofType('AWS::CloudWatch::Alarm');
const described = ({ properties }: Resource): string => String(properties.AlarmDescription);
const linkOf = (alarm: Resource): RegExpExecArray | null => /^.+\. Runbook: (\S+)#([\w-]+)$/.exec(described(alarm));

describe('alarms', () => {
  test('each says what is wrong, and links to a section that the runbook has', () => {
    expect(alarmsOf(plain).length).toBeGreaterThan(100);
    const lost = alarmsOf(plain).filter((alarm) => {
      const [, file, anchor = ''] = linkOf(alarm) ?? [];
      return file !== 'docs/runbook.md' || !anchors.has(anchor);
    });
    expect(lost.map(described)).toEqual([]);
  });

  test('the runbook is where the deployment says', () => {
    const files = alarmsOf(withAll).map((alarm) => linkOf(alarm)?.[1]);
    expect(new Set(files)).toEqual(new Set(['https://wiki.example/runbook.md']));
  });

  test('every one rings at the topic', () => {
    const [topic] = plain.ofType('AWS::SNS::Topic');
    const silent = alarmsOf(plain).filter(
      ({ properties }) => !JSON.stringify(properties.AlarmActions).includes(topic?.arn ?? '?'),
    );
    expect(silent.map(described)).toEqual([]);
  });

  const rules: [string, RegExp, Record<string, unknown>][] = [
    ['answers of 5xx, by their share', /answered by 5xx/, { Threshold: 1 }],
    [
      'the slowest hundredth of requests',
      /^credits: one request in a hundred/,
      { ExtendedStatistic: 'p99', MetricName: 'Latency' },
    ],
    ['credits that stay held', /^credits: some are held/, { MetricName: 'HeldCreditsAge', Threshold: 1_200 }],
    ['lists that are behind', /^generation: its lists are/, { MetricName: 'ProjectionLag', Threshold: 30_000 }],
    ['webhooks that fail, by their share', /^webhooks: more than half/, { Threshold: 50 }],
  ];
  test.each(rules)('there is one for %s', (_, wording, properties) => {
    expect(alarmsOf(plain).filter((alarm) => wording.test(described(alarm)))).toMatchObject([{ properties }]);
  });

  test('every dead-letter queue and every consumer of a stream has one', () => {
    const watched = new Set(
      alarmsOf(plain).flatMap(({ properties }) =>
        ((properties.Dimensions ?? []) as { Value: string }[]).map(({ Value }) => `${properties.MetricName} ${Value}`),
      ),
    );
    const dead = plain.ofType('AWS::SQS::Queue').filter(({ logicalId }) => /DeadLetters/.test(logicalId));
    const nameOf = ({ arn }: Resource): string => arn.split(':').pop() ?? '';
    expect(dead.length).toBeGreaterThan(40);
    expect(dead.filter((queue) => !watched.has(`ApproximateNumberOfMessagesVisible ${nameOf(queue)}`))).toEqual([]);
    const readers = plain
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ properties }) => String(properties.EventSourceArn).includes(':dynamodb:'))
      .map(({ properties }) => String(properties.FunctionName));
    expect(readers.filter((name) => !watched.has(`IteratorAge ${name.split(':').pop()}`))).toEqual([]);
  });
});

describe('dashboards', () => {
  type Widget = { readonly properties: { readonly title?: string; readonly metrics?: readonly unknown[] } };
  const dashboards = (model: AccountModel): Map<string, string> =>
    new Map(
      model
        .ofType('AWS::CloudWatch::Dashboard')
        .map(({ properties }) => [String(properties.DashboardName), String(properties.DashboardBody)]),
    );

  test('there is one for each stack with functions, and an overview', () => {
    const stacks = new Set(functions(plain).map(({ stack }) => stack));
    expect([...dashboards(plain).keys()].toSorted()).toEqual(['Tessera', ...stacks].toSorted());
  });

  test('a service’s shows each of its functions, queues, tables and rules', () => {
    const shown = dashboards(plain);
    const kinds = ['AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::DynamoDB::Table', 'AWS::Events::Rule'];
    const missing = kinds.flatMap((type) =>
      plain
        .ofType(type)
        .filter(
          ({ stack, arn }) => !(shown.get(stack) ?? shown.get('Tessera'))?.includes(`"${arn.split(/[:/]/).pop()}"`),
        )
        .map(({ stack, logicalId }) => `${stack}: ${logicalId}`),
    );
    expect(missing).toEqual([]);
  });

  test('no graph is empty, and none has more metrics than CloudWatch draws', () => {
    const graphs = [...dashboards(plain).values()].flatMap((body) =>
      (JSON.parse(body) as { widgets: Widget[] }).widgets.flatMap(({ properties: { title, metrics } }) =>
        title === undefined ? [] : [{ title, metrics: metrics?.length ?? 0 }],
      ),
    );
    expect(graphs.length).toBeGreaterThan(50);
    expect(graphs.filter(({ metrics }) => metrics < 1 || metrics > 100)).toEqual([]);
  });

  test('the overview knows no other stack’s resources, so that any can be removed', () => {
    const body = dashboards(plain).get('Tessera') ?? '';
    const names = functions(plain).map(({ name }) => name);
    expect(names.filter((name) => body.includes(name))).toEqual([]);
    expect(body).toContain('HeldCreditsAge');
    expect(body).toContain('ProjectionLag');
  });
});

describe('what is off by default', () => {
  const traced = (model: AccountModel) =>
    model.ofType('AWS::Lambda::Function').map(({ properties }) => properties.TracingConfig);
  const rights = (model: AccountModel) =>
    model.ofType('AWS::IAM::Policy').filter(({ properties }) => JSON.stringify(properties).includes('xray:'));

  test('tracing', () => {
    expect(new Set(traced(plain))).toEqual(new Set([undefined]));
    expect(rights(plain)).toEqual([]);
    expect(new Set(traced(withAll).map((config) => JSON.stringify(config)))).toEqual(new Set(['{"Mode":"Active"}']));
    expect(rights(withAll)).toHaveLength(functions(withAll).length);
  });

  test('a budget: told at four fifths, and when the month is forecast to pass it', () => {
    expect(plain.ofType('AWS::Budgets::Budget')).toEqual([]);
    const subscribers = [{ SubscriptionType: 'EMAIL', Address: 'operators@example.com' }];
    const notification = (NotificationType: string, Threshold: number) => ({
      Notification: { ComparisonOperator: 'GREATER_THAN', NotificationType, Threshold, ThresholdType: 'PERCENTAGE' },
      Subscribers: subscribers,
    });
    expect(withAll.ofType('AWS::Budgets::Budget').map(({ properties }) => properties)).toEqual([
      {
        Budget: { BudgetLimit: { Amount: 500, Unit: 'USD' }, BudgetType: 'COST', TimeUnit: 'MONTHLY' },
        NotificationsWithSubscribers: [notification('ACTUAL', 80), notification('FORECASTED', 100)],
      },
    ]);
  });

  test.each([
    ['a budget that nobody is told of', { monthly_budget_usd: 500 }, /needs "alarm_email"/],
    ['a budget of nothing', { monthly_budget_usd: 0, alarm_email: 'a@example.com' }, /more than nothing/],
    ['tracing that is neither on nor off', { tracing: 'sometimes' }, /context key .*tracing/],
    ['a runbook with an anchor', { runbook_url: 'https://wiki.example/#it' }, /without an anchor/],
  ])('%s is refused', async (_, context, message) => {
    await expect(synthesized({ context })).rejects.toThrow(message);
  });
});
