/** What catalog's entry points are made of, and the only place that reads their environment. */
import * as z from 'zod';
import { definitions } from '#apps';
import { dynamoDb } from '#shared/aws/dynamodb.ts';
import { eventBridge } from '#shared/aws/event-bridge.ts';
import { sqs } from '#shared/aws/sqs.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { auditTrail } from '#shared/http/audit.ts';
import { createLogger, type Logger } from '#shared/observability/logger.ts';
import { createMetrics, type Metrics } from '#shared/observability/metrics.ts';
import { currentOffers, offerHandler } from './current-offers.ts';
import type { Offer, OfferEvent } from './domain/offer.ts';
import { servedOffers } from './served-offers.ts';

export { eventBridge };

/** @throws ZodError naming the variable. */
const variable = (name: string): string =>
  z
    .string({ error: `${name} is not set` })
    .min(1)
    .parse(process.env[name]);

export const logger = (): Logger => createLogger('catalog');
export const metrics = (): Metrics => createMetrics('catalog');
export const audit = () => auditTrail(sqs(), variable('AUDIT_QUEUE_URL'), 'catalog');
export const busName = (): string => variable('BUS_NAME');

/** The table's offers, and what is served of them. One of each in a process, so that all its routes see the same. */
export const catalogParts = () => {
  const log = logger();
  const store = dynamoEventStore<Offer, OfferEvent>(dynamoDb(), variable('EVENTS_TABLE'));
  const handle = offerHandler(store);
  const offers = currentOffers({ store, handle, definitions, logger: log });
  return { store, handle, offers, served: servedOffers({ offers, definitions, logger: log }), logger: log };
};
