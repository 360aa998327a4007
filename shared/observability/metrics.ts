/** Metrics in CloudWatch's embedded metric format: a log line each, so that no call is made for them. */
import { Metrics } from '@aws-lambda-powertools/metrics';

export type { Metrics } from '@aws-lambda-powertools/metrics';
export { MetricUnit } from '@aws-lambda-powertools/metrics';

export const createMetrics = (service: string): Metrics => new Metrics({ namespace: 'Tessera', serviceName: service });
