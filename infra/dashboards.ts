/** Dashboards: one of each service, in its stack, and an overview. Made of the constructs that are there: what is new appears by itself. */
import { type App, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  type IWidget,
  MathExpression,
  Metric,
  PeriodOverride,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { heldCreditsAge } from '#services/credits/hold-sweep/outcome.ts';
import { webhookMetrics } from '#services/webhooks/delivering/metrics.ts';
import { projectionLag } from '#shared/messaging/projection-lag.ts';
import { apiMetric } from './alarms.ts';
import { runbookUrl } from './config.ts';
import { countedMetric } from './constructs/alarm.ts';
import {
  apiWidgets,
  countedWidgets,
  functionWidgets,
  graph,
  partsOf,
  period,
  queueWidgets,
  ruleWidgets,
  streamWidgets,
  tableWidgets,
} from './dashboards/widgets.ts';
import type { PlatformStack } from './stacks/platform.ts';

const fullWidth = 24;

const ofStack = (stack: Stack): void => {
  const { functions, queues, streams, tables, rules, alarms } = partsOf(stack);
  new Dashboard(stack, 'Dashboard', {
    dashboardName: stack.stackName,
    periodOverride: PeriodOverride.AUTO,
    widgets: [
      [...apiWidgets(functions), ...countedWidgets(alarms), ...ruleWidgets(rules)],
      queueWidgets(queues),
      [...functionWidgets(functions), ...streamWidgets(streams)],
      tableWidgets(tables),
    ].filter((row) => row.length > 0),
  });
};

/** Over all queues of these names: the overview's stack knows no other stack's queues, else none could ever be removed. */
const overQueues = (words: string, metricName: string, label: string, stack: Stack): MathExpression =>
  new MathExpression({
    expression: `MAX(SEARCH('{AWS/SQS,QueueName} ${words} MetricName="${metricName}"', 'Maximum', ${period.toSeconds()}))`,
    usingMetrics: {},
    period,
    label,
    searchRegion: stack.region,
  });

/** Over all functions of the account in this region. */
const overFunctions = (metricName: string, statistic = 'Sum'): Metric =>
  new Metric({ namespace: 'AWS/Lambda', metricName, period, statistic });

const links = (stack: Stack, services: readonly Stack[]): IWidget => {
  const url = (name: string) =>
    `https://${stack.region}.console.aws.amazon.com/cloudwatch/home?region=${stack.region}#dashboards:name=${name}`;
  const lines = services.map(({ stackName }) => `[${stackName.replace(/^Tessera/, '')}](${url(stackName)})`);
  return new TextWidget({
    markdown: `## Tessera\n${lines.join(' · ')}\n\nWhat an alarm means and what to do: ${runbookUrl(stack)}`,
    width: fullWidth,
    height: 2,
  });
};

const overview = (
  platform: PlatformStack,
  services: readonly { readonly stack: Stack; readonly names: readonly string[] }[],
) => {
  const names = services.flatMap((service) => service.names);
  const ofEach = (metricName: string, statistic: string) =>
    names.map((service) => countedMetric(metricName, { service, period, statistic }).with({ label: service }));
  new Dashboard(platform, 'Overview', {
    dashboardName: platform.stackName.replace(/Platform$/, ''),
    periodOverride: PeriodOverride.AUTO,
    widgets: [
      [
        links(
          platform,
          services.map(({ stack }) => stack),
        ),
      ],
      [
        graph('API: requests', [apiMetric(platform, 'Count', 'Sum')]),
        graph('API: 4xx and 5xx', [apiMetric(platform, '4xx', 'Sum'), apiMetric(platform, '5xx', 'Sum')]),
        graph('API: milliseconds', [apiMetric(platform, 'Latency', 'p50'), apiMetric(platform, 'Latency', 'p99')]),
      ],
      [
        graph('Requests by service', ofEach('Requests', 'Sum')),
        graph('Milliseconds by service, p99', ofEach('Latency', 'p99')),
        graph('Lists: milliseconds behind their events', ofEach(projectionLag, 'p99')),
      ],
      [
        graph('Queues: the longest wait, seconds', [
          overQueues('Tessera', 'ApproximateAgeOfOldestMessage', 'oldest message', platform),
        ]),
        graph('Dead letters: in the fullest queue', [
          overQueues('Tessera DeadLetters', 'ApproximateNumberOfMessagesVisible', 'dead letters', platform),
        ]),
        graph(
          'Functions',
          [overFunctions('Errors'), overFunctions('Throttles')],
          [overFunctions('ConcurrentExecutions', 'Maximum')],
        ),
      ],
      [
        graph('Credits held past the end of their hold, seconds', [
          countedMetric(heldCreditsAge, { service: 'credits', period, statistic: 'Maximum' }),
        ]),
        graph('Webhooks: failed attempts, and given up', [
          countedMetric(webhookMetrics.failed, { service: 'webhooks', period }),
          countedMetric(webhookMetrics.givenUp, { service: 'webhooks', period }),
        ]),
        ...queueWidgets(partsOf(platform).queues),
      ],
    ],
  });
};

/** Call it when all stacks are there, alarms included. */
export const drawDashboards = (app: App, platform: PlatformStack): void => {
  const services = app.node.children.flatMap((child) => {
    const { functions } = partsOf(child);
    const names = [...new Set(functions.map(({ service }) => service))];
    return child instanceof Stack && names.length > 0 ? [{ stack: child, names }] : [];
  });
  for (const { stack } of services) ofStack(stack);
  overview(platform, services);
};
