/** The graphs that dashboards are made of, each of whatever constructs of its kind a stack has; of none, no graph. */
import { Duration, Fn } from 'aws-cdk-lib';
import { Alarm, GraphWidget, type IMetric, type IWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type CfnRule, Rule } from 'aws-cdk-lib/aws-events';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { countedMetric } from '../constructs/alarm.ts';
import { StreamConsumer } from '../constructs/consumers.ts';
import { DeadLetterQueue } from '../constructs/queues.ts';
import { EventsTable, ReadModelTable } from '../constructs/tables.ts';
import { TesseraFunction } from '../constructs/tessera-function.ts';

export const period = Duration.minutes(5);
/** Of the 24 columns. */
const width = 8;
const height = 6;
/** CloudWatch draws no more in one graph; more make another one. */
const maxMetrics = 100;

export const graph = (title: string, metrics: readonly IMetric[], right: readonly IMetric[] = []): IWidget =>
  new GraphWidget({ title, width, height, left: [...metrics], right: [...right], liveData: true });

/** By its path below its stack: `JobEnded/Events/Queue`. */
const nameOf = (construct: IConstruct): string => construct.node.path.split('/').slice(1).join('/');

/** One graph of all, or several when they are too many for one. */
const graphsOf = (title: string, metrics: readonly IMetric[]): IWidget[] =>
  Array.from({ length: Math.ceil(metrics.length / maxMetrics) }, (_, page) =>
    graph(page === 0 ? title : `${title} (${page + 1})`, metrics.slice(page * maxMetrics, (page + 1) * maxMetrics)),
  );

const statistic = { maximum: 'Maximum', sum: 'Sum', p99: 'p99', p50: 'p50' } as const;

/** What a service's API answers, as the service itself measures it. */
export const apiWidgets = (functions: readonly TesseraFunction[]): IWidget[] =>
  functions
    .filter(({ entryFile }) => entryFile.endsWith('/handlers/api.ts'))
    .flatMap(({ service }) => [
      graph('API: requests and 5xx', [
        countedMetric('Requests', { service, period }),
        countedMetric('ServerErrors', { service, period }),
      ]),
      graph('API: milliseconds', [
        countedMetric('Latency', { service, period, statistic: statistic.p50 }),
        countedMetric('Latency', { service, period, statistic: statistic.p99 }),
      ]),
    ]);

export const functionWidgets = (functions: readonly TesseraFunction[]): IWidget[] => {
  const ofEach = (metric: (fn: TesseraFunction, label: string) => IMetric) =>
    functions.map((fn) => metric(fn, nameOf(fn)));
  return [
    ...graphsOf(
      'Functions: invocations',
      ofEach((fn, label) => fn.metricInvocations({ label, period })),
    ),
    ...graphsOf('Functions: errors and throttles', [
      ...ofEach((fn, label) => fn.metricErrors({ label: `${label} fails`, period })),
      ...ofEach((fn, label) => fn.metricThrottles({ label: `${label} throttled`, period })),
    ]),
    ...graphsOf(
      'Functions: milliseconds, p99',
      ofEach((fn, label) => fn.metricDuration({ label, period, statistic: statistic.p99 })),
    ),
  ];
};

export const queueWidgets = (queues: readonly Queue[]): IWidget[] => {
  const dead = queues.filter((queue) => queue instanceof DeadLetterQueue);
  const work = queues.filter((queue) => !(queue instanceof DeadLetterQueue));
  const depth = (queue: Queue) =>
    queue.metricApproximateNumberOfMessagesVisible({ label: nameOf(queue), period, statistic: statistic.maximum });
  const age = (queue: Queue) =>
    queue.metricApproximateAgeOfOldestMessage({ label: nameOf(queue), period, statistic: statistic.maximum });
  return [
    ...graphsOf('Queues: messages that wait', work.map(depth)),
    ...graphsOf('Queues: seconds that the oldest waits', work.map(age)),
    ...graphsOf('Dead letters', dead.map(depth)),
  ];
};

export const streamWidgets = (consumers: readonly StreamConsumer[]): IWidget[] =>
  graphsOf(
    'Streams: milliseconds behind',
    consumers.map(({ function: fn }) =>
      fn.metric('IteratorAge', { label: nameOf(fn), period, statistic: statistic.maximum }),
    ),
  );

export const tableWidgets = (tables: readonly Table[]): IWidget[] => {
  const ofEach = (metricName: string, kind: string) =>
    tables.map((table) =>
      table.metric(metricName, { label: `${nameOf(table)} ${kind}`, period, statistic: statistic.sum }),
    );
  return [
    ...graphsOf('Tables: units', [
      ...ofEach('ConsumedReadCapacityUnits', 'read'),
      ...ofEach('ConsumedWriteCapacityUnits', 'write'),
    ]),
    ...graphsOf('Tables: throttled', [
      ...ofEach('ReadThrottleEvents', 'read'),
      ...ofEach('WriteThrottleEvents', 'write'),
    ]),
  ];
};

/** What happens in the business: of each kind of event that somebody here listens to, how many came. */
export const ruleWidgets = (rules: readonly Rule[]): IWidget[] =>
  graphsOf(
    'Events that came',
    rules.map((rule) => {
      const { eventBusName } = rule.node.defaultChild as CfnRule;
      // `Ref` of a rule on a bus of its own is `bus|rule`, so the name is taken from the ARN: `rule/<bus>/<rule>`.
      const ruleName = Fn.select(eventBusName ? 2 : 1, Fn.split('/', rule.ruleArn));
      return new Metric({
        namespace: 'AWS/Events',
        metricName: 'MatchedEvents',
        // The account's own bus is not named in its rules' metrics.
        dimensionsMap: { RuleName: ruleName, ...(eventBusName ? { EventBusName: eventBusName } : {}) },
        label: nameOf(rule),
        period,
        statistic: statistic.sum,
      });
    }),
  );

/** What other graphs show already. */
const shownElsewhere = /^AWS\/(Lambda|SQS|ApiGateway)$/;

/** What else an alarm looks at, most of it counted by the service itself: payments that differ, holds that do not end, late lists. */
export const countedWidgets = (alarms: readonly Alarm[]): IWidget[] =>
  graphsOf(
    'What should not happen',
    alarms.flatMap(({ metric }) =>
      metric instanceof Metric && !shownElsewhere.test(metric.namespace) && metric.metricName !== 'Latency'
        ? [metric]
        : [],
    ),
  );

export interface Parts {
  readonly functions: readonly TesseraFunction[];
  readonly queues: readonly Queue[];
  readonly streams: readonly StreamConsumer[];
  readonly tables: readonly Table[];
  readonly rules: readonly Rule[];
  readonly alarms: readonly Alarm[];
}

/** What of a stack is drawn. */
export const partsOf = (scope: IConstruct): Parts => {
  const all = scope.node.findAll();
  return {
    functions: all.filter((construct) => construct instanceof TesseraFunction),
    queues: all.filter((construct) => construct instanceof Queue),
    streams: all.filter((construct) => construct instanceof StreamConsumer),
    tables: all.filter((construct) => construct instanceof EventsTable || construct instanceof ReadModelTable),
    rules: all.filter((construct) => construct instanceof Rule),
    alarms: all.filter((construct) => construct instanceof Alarm),
  };
};
