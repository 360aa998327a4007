/** What catalog's entry points are made of. Nothing of it comes from the environment as long as definitions are bundled. */
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';

export { catalog } from '#apps';

export const logger = (): Logger => createLogger('catalog');
export const metrics = (): Metrics => createMetrics('catalog');
