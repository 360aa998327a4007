/**
 * Each app's offer as it is in the table now. Whoever looks first appends what the app's file says, if that is due: a
 * deployment needs no step of its own for it, and processes that look at the same time append it once.
 */
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import type { EventStore } from '#shared/eventsourcing/event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { type AppDefinition, type AppOffer, offerOf } from './contracts.ts';
import { type AnyOffer, changesBetween } from './domain/changed-paths.ts';
import {
  knowsSeed,
  type NewOffer,
  type Offer,
  type OfferEvent,
  offerAggregate,
  offerStream,
  type PublishedOffer,
  seedFate,
} from './domain/offer.ts';
import { offerFrom, offerText } from './offer-json.ts';

export type OfferStore = EventStore<Offer, OfferEvent>;
export type OfferRecord = RecordedEvent<OfferEvent, Offer>;
export const offerHandler = (store: OfferStore) => commandHandler(store, offerAggregate);
export type HandleOffer = ReturnType<typeof offerHandler>;

/** A version of an offer: how it came about, and all of it. */
export interface OfferVersion {
  readonly version: number;
  readonly record: OfferRecord;
  readonly state: PublishedOffer;
  readonly offer: AnyOffer;
}

export const versionOf = (record: OfferRecord): OfferVersion => {
  const { version, event, state } = record;
  if (state.status !== 'published') throw new Error(`${record.stream} ${version}: an event leads to a published offer`);
  return { version, record, state, offer: offerFrom(event.offer) };
};

/** One consistent Query; nothing when there is none. */
export const newestVersion = async (store: OfferStore, app: string): Promise<OfferVersion | undefined> => {
  const [record] = await store.read(offerStream(app), { direction: 'backward', limit: 1 });
  return record && versionOf(record);
};

/** A new offer behind the version that was looked at. */
export const newOffer = (current: OfferVersion | undefined, offer: AnyOffer, at: string): NewOffer => {
  const { json, digest } = offerText(offer);
  const changes = changesBetween(current?.offer ?? {}, offer);
  return { at, offer: json, digest, ...changes, expectedVersion: current?.version ?? 0 };
};

export interface CurrentOffersDependencies {
  readonly store: OfferStore;
  readonly handle: HandleOffer;
  readonly definitions: readonly AppDefinition[];
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** ISO-8601 UTC. */
  readonly now?: () => string;
}

export interface CurrentOffers {
  /** Consistent. Nothing for an app that this deployment does not serve. */
  current(app: string): Promise<OfferVersion | undefined>;
}

export const currentOffers = ({
  store,
  handle,
  definitions,
  logger,
  now = () => new Date().toISOString(),
}: CurrentOffersDependencies): CurrentOffers => {
  const seeds = new Map(
    definitions.map((definition) => {
      const offer = offerOf(definition);
      return [definition.id, { offer, digest: offerText(offer).digest }] as const;
    }),
  );
  const told = new Set<string>();

  /** `npm run catalog` compares the two and publishes the file. Told once by each process. */
  const tellIgnored = (app: string, digest: string, { state, version }: OfferVersion): void => {
    const fate = seedFate(state, digest);
    if (!fate || told.has(`${fate} ${app}`)) return;
    told.add(`${fate} ${app}`);
    logger.warn(fate === 'set-aside' ? 'seed set aside' : 'seed superseded', { app, digest, version });
  };

  /** The file's turn: it is applied or, where the offer was edited, set aside. */
  const takeSeed = async (
    app: string,
    { offer, digest }: { readonly offer: AppOffer; readonly digest: string },
    newest: OfferVersion | undefined,
  ): Promise<void> => {
    const command = newest?.state.edited
      ? ({ type: 'SetSeedAside', ...newOffer(newest, newest.offer, now()), seed: digest } as const)
      : ({ type: 'SeedOffer', ...newOffer(newest, offer, now()) } as const);
    const meta = { actor: 'system:catalog', correlationId: `seed-${digest}` };
    const handled = await handle(offerStream(app), command, meta);
    if (handled.accepted) {
      const { version, events } = handled;
      if (command.type === 'SeedOffer') logger.info('seeded', { app, version, again: events.length === 0 });
      return;
    }
    switch (handled.rejection) {
      case 'seed-set-aside':
      case 'version-stale':
        // Somebody was quicker: what they appended is served, and the next look decides anew.
        return;
      case 'offer-too-large':
      case 'offer-unseeded':
        throw new Error(`${app}: the offer of its file was not seeded: ${handled.rejection}`);
    }
  };

  return {
    async current(app) {
      const seed = seeds.get(app);
      if (!seed) return undefined;
      const newest = await newestVersion(store, app);
      const known = newest && knowsSeed(newest.state, seed.digest);
      if (!known) await takeSeed(app, seed, newest);
      const found = known ? newest : await newestVersion(store, app);
      if (!found) throw new Error(`${app}: its offer was seeded and is not there`);
      tellIgnored(app, seed.digest, found);
      return found;
    },
  };
};
