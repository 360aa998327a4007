/** Reads the bus's events in big batches and adds them to the counters. */
import { activeUsers, catalog, counters, logger } from '../composition.ts';
import { countEvents } from '../counting/count-events.ts';
import { batchConsumer } from '../counting/read-batch.ts';

const log = logger();

export const handler = batchConsumer(
  log,
  countEvents({
    catalog: catalog(log),
    counters: counters(),
    activeUsers: activeUsers(),
    now: () => new Date().toISOString(),
  }),
);
