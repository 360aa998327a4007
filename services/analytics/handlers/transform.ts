/** Firehose's transformation: bus events to rows of the lake. */
import { MetricUnit } from '#shared/observability/metrics.ts';
import { logger, metrics, pseudonyms } from '../composition.ts';
import { lakeEventsUnreadable } from '../transforming/metrics.ts';
import { type TransformationAnswer, transformRecords } from '../transforming/transform-records.ts';

const log = logger();
const counted = metrics();

const transform = transformRecords({
  pseudonyms: pseudonyms(),
  onUnreadable: (recordId, error) => {
    log.error('record is no event', { recordId, error: error as Error });
    counted.addMetric(lakeEventsUnreadable, MetricUnit.Count, 1);
    counted.publishStoredMetrics();
  },
});

export const handler = (request: unknown): Promise<TransformationAnswer> => transform(request);
