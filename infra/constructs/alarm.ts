/** Alarms: what an operator must hear of, each with the place in the runbook that says what to do. Missing data is good news, for an idle function says nothing. */
import type { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { runbookUrl } from '../config.ts';

/** What services count themselves, by `POWERTOOLS_METRICS_NAMESPACE`. */
const countedNamespace = 'Tessera';

export interface AlarmProps {
  readonly threshold: number;
  readonly describe: string;
  /** The anchor of its section in `docs/runbook.md`. */
  readonly runbook: string;
  /** Periods in a row that must be above; 1 by default. */
  readonly periods?: number;
}

export const alarmAbove = (
  scope: Construct,
  id: string,
  metric: IMetric,
  { threshold, describe, runbook, periods = 1 }: AlarmProps,
): Alarm =>
  new Alarm(scope, `${id}Alarm`, {
    metric,
    threshold,
    alarmDescription: `${describe}. Runbook: ${runbookUrl(scope)}#${runbook}`,
    evaluationPeriods: periods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });

interface CountedMetric {
  readonly service: string;
  readonly period: Duration;
  readonly statistic?: string;
}

/** What a service counts under this name. */
export const countedMetric = (metricName: string, { service, period, statistic = 'Sum' }: CountedMetric): Metric =>
  new Metric({ namespace: countedNamespace, metricName, dimensionsMap: { service }, period, statistic });

export interface CountedProps {
  readonly service: string;
  readonly period: Duration;
  readonly describe: string;
}

/** Rings when a service counts any of what should not happen. The runbook's section has the metric's name. */
export const alarmWhenCounted = (
  scope: Construct,
  metricName: string,
  { service, period, describe }: CountedProps,
): Alarm =>
  alarmAbove(scope, metricName, countedMetric(metricName, { service, period }), {
    threshold: 0,
    describe: `${service}: ${describe}`,
    runbook: metricName.toLowerCase(),
  });
