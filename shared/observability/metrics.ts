/** Metrics in CloudWatch's embedded metric format: a log line each, so that no call is made for them. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

export type { Metrics } from '@aws-lambda-powertools/metrics';
export { MetricUnit } from '@aws-lambda-powertools/metrics';

export const createMetrics = (service: string): Metrics => new Metrics({ namespace: 'Tessera', serviceName: service });

/** Counts one of what an alarm watches, and tells it at once. */
export const countOne =
  (metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>) =>
  (name: string): void => {
    metrics.addMetric(name, MetricUnit.Count, 1);
    metrics.publishStoredMetrics();
  };
