/** What reference's entry point is made of. It reads no environment: the document is part of the bundle. */
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';

export const logger = (): Logger => createLogger('reference');
export const metrics = (): Metrics => createMetrics('reference');
