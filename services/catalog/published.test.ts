import { describe, expect, test } from '@jest/globals';
import { record } from '#shared/eventsourcing/command-handler.ts';
import { relay } from '#shared/messaging/relay.ts';
import { startEventBus, type TestEventBus } from '#shared/testing/event-bus.ts';
import { streamEvent } from '#shared/testing/stream-event.ts';
import { catalogChanged } from './contracts.ts';
import { type OfferEvent, offer } from './domain/offer.ts';
import { toPublished } from './published.ts';
import { keptLog } from './test/offers.ts';

const facts = { offer: '{"secret":1}', digest: 'd'.repeat(43), changed: ['tools/photo-filter'], truncated: false };
const events: OfferEvent[] = [
  { type: 'OfferSeeded', ...facts },
  { type: 'OfferChanged', ...facts, reason: 'broken' },
  { type: 'SeedSetAside', ...facts, seed: 's'.repeat(43) },
];
const recorded = record(offer, 'sparky#catalog', undefined, events, {
  at: '2026-11-05T10:00:00.000Z',
  meta: { actor: 'admin:boss', correlationId: 'request-1' },
  ids: ['event-1', 'event-2', 'event-3'],
});

describe('SP15 CatalogChanged', () => {
  test('tells of every version what changed, never the offer; nothing of a file that was set aside', async () => {
    const bus: TestEventBus = await startEventBus();
    try {
      const { logger } = keptLog();
      const handle = relay({ client: bus.client, logger, bus: 'bus', source: 'tessera.catalog', toPublished });
      expect(await handle(streamEvent(recorded))).toEqual({ batchItemFailures: [] });
      const published = bus.calls.flat().map(({ Detail }) => catalogChanged.parse(JSON.parse(Detail)));
      expect(published).toMatchObject([
        { id: 'event-1', app: 'sparky', user: 'catalog', version: 1, data: { offerVersion: 1 } },
        {
          id: 'event-2',
          app: 'sparky',
          user: 'catalog',
          version: 2,
          data: { offerVersion: 2, changed: facts.changed },
        },
      ]);
      expect(JSON.stringify(bus.calls)).not.toContain('secret');
    } finally {
      await bus.close();
    }
  });
});
