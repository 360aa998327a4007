/** How a version came about, as admins and operators are told. */
import type { OfferRecord } from './current-offers.ts';

export const versionFields = ({ version, at, meta, event }: OfferRecord) => {
  const by = { version, at, actor: meta.actor, reason: null, seeded: false, set_aside: false, rolled_back_to: null };
  switch (event.type) {
    case 'OfferSeeded':
      return { ...by, seeded: true };
    case 'SeedSetAside':
      return { ...by, set_aside: true };
    case 'OfferChanged': {
      const { reason = null, publishes = false, rolledBackTo = null } = event;
      return { ...by, reason, seeded: publishes, rolled_back_to: rolledBackTo };
    }
  }
};
export const changesOf = ({ event: { changed, truncated } }: OfferRecord) => ({ changed, truncated });
