/** Alarms: what an operator must hear of. Missing data is good news, for an idle function says nothing. */
import type { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export const alarmAbove = (
  scope: Construct,
  id: string,
  metric: IMetric,
  { threshold, describe }: { threshold: number; describe: string },
): Alarm =>
  new Alarm(scope, `${id}Alarm`, {
    metric,
    threshold,
    alarmDescription: describe,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });

export interface CountedProps {
  readonly service: string;
  readonly period: Duration;
  readonly describe: string;
}

/** Rings when a service counts any of what should not happen, under this name. */
export const alarmWhenCounted = (
  scope: Construct,
  metricName: string,
  { service, period, describe }: CountedProps,
): Alarm => {
  const dimensionsMap = { service };
  const metric = new Metric({ namespace: 'Tessera', metricName, dimensionsMap, period, statistic: 'Sum' });
  return alarmAbove(scope, metricName, metric, { threshold: 0, describe: `${service}: ${describe}` });
};
