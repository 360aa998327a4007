/** What the bus hears of an offer: that it is another one now, and what of it. The offer itself is asked for. */
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { CatalogChanged } from './contracts.ts';
import type { Offer, OfferEvent } from './domain/offer.ts';

export const toPublished = ({
  version,
  event,
}: RecordedEvent<OfferEvent, Offer>): Pick<CatalogChanged, 'type' | 'data'> | undefined => {
  switch (event.type) {
    // The offer stays as it is.
    case 'SeedSetAside':
      return undefined;
    case 'OfferSeeded':
    case 'OfferChanged': {
      const { changed, truncated } = event;
      return { type: 'CatalogChanged', data: { offerVersion: version, changed, truncated } };
    }
  }
};
