/** How far a read model is behind its events: from the write that a batch begins with until the rows of the batch are written, or were not. */
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { MetricUnit } from '../observability/metrics.ts';

/** What an alarm in `infra/alarms.ts` looks at, in milliseconds; the stream's own clock has whole seconds. */
export const projectionLag = 'ProjectionLag';

type Consume = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/** Of `Metrics`, as much as is used. */
export interface Lags {
  addMetric(name: string, unit: typeof MetricUnit.Milliseconds, value: number): void;
  publishStoredMetrics(): void;
}

export interface LagDependencies {
  readonly metrics: Lags;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The same consumer, measured. A batch that fails is measured too: its rows are late all the more. */
export const measuringLag =
  ({ metrics, now = Date.now }: LagDependencies, consume: Consume): Consume =>
  async (event) => {
    try {
      return await consume(event);
    } finally {
      const writtenAt = event.Records[0]?.dynamodb?.ApproximateCreationDateTime;
      if (writtenAt !== undefined) {
        metrics.addMetric(projectionLag, MetricUnit.Milliseconds, Math.max(0, now() - writtenAt * 1_000));
        metrics.publishStoredMetrics();
      }
    }
  };
