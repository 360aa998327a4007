/** Firehose's transformation: bus events to rows of the lake. */
import { countOne } from '#shared/observability/metrics.ts';
import { logger, metrics, pseudonyms } from '../composition.ts';
import { lakeEventsUnreadable } from '../transforming/metrics.ts';
import { type TransformationAnswer, transformRecords } from '../transforming/transform-records.ts';

const log = logger();
const count = countOne(metrics());

const transform = transformRecords({
  pseudonyms: pseudonyms(),
  onUnreadable: (recordId, error) => {
    log.error('record is no event', { recordId, error: error as Error });
    count(lakeEventsUnreadable);
  },
});

export const handler = (request: unknown): Promise<TransformationAnswer> => transform(request);
