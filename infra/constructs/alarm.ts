/** Alarms: what an operator must hear of. Missing data is good news, for an idle function says nothing. */
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
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
