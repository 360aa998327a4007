/**
 * An app's offer, as a stream of whole offers: what is served is what the newest event says. It begins with what the app's file
 * says and follows the file from deployment to deployment, until somebody changes it: from then on it is in that somebody's hands.
 */
import * as z from 'zod';
import { accept, type Decider, reject } from '#shared/eventsourcing/decider.ts';

/** Of the offer's JSON. A table's item holds 400 KB; a request 256 KB, with the reason around the offer. */
export const maxOfferBytes = 250 * 1_024;
/** Digests of files that were applied: longer than any deployment lives beside another. */
const seedsKept = 50;
/** Paths told of one change. */
export const maxChanged = 100;

export type Offer =
  | { readonly status: 'unseeded' }
  | {
      readonly status: 'published';
      readonly version: number;
      readonly digest: string;
      /** Digests of the files that were applied; the newest last. */
      readonly seeds: readonly string[];
      /** Somebody changed it: what files say since is set aside. */
      readonly edited: boolean;
    };
export type PublishedOffer = Extract<Offer, { status: 'published' }>;

export const reason = z.string().min(1).max(500);

const facts = {
  /** The whole offer as JSON text. Not as a map: a tool's schema may nest deeper, and name larger numbers, than DynamoDB takes. */
  offer: z.string().max(maxOfferBytes),
  /** SHA-256 of the offer's canonical JSON. */
  digest: z.string().length(43),
  /** What is different from the version before, as `tools/photo-filter`. */
  changed: z.array(z.string().max(200)).max(maxChanged),
  /** There is more than `changed` lists. */
  truncated: z.boolean(),
} as const;

export const offerEvent = z.discriminatedUnion('type', [
  /** The app's file was applied. */
  z.strictObject({ type: z.literal('OfferSeeded'), ...facts }),
  z.strictObject({
    type: z.literal('OfferChanged'),
    ...facts,
    reason: reason.optional(),
    /** The version whose offer this is again. */
    rolledBackTo: z.int().positive().optional(),
  }),
]);
export type OfferEvent = z.infer<typeof offerEvent>;

export interface NewOffer {
  readonly at: string;
  readonly offer: string;
  readonly digest: string;
  readonly changed: readonly string[];
  readonly truncated: boolean;
  /** The version that `changed` was made against. 0: none. */
  readonly expectedVersion: number;
}
export type OfferCommand =
  | (NewOffer & { readonly type: 'SeedOffer' })
  | (NewOffer & {
      readonly type: 'ChangeOffer';
      readonly reason?: string | undefined;
      readonly rolledBackTo?: number | undefined;
    });

export type OfferRejection =
  | 'offer-unseeded'
  | 'offer-too-large'
  /** Somebody changed the offer meanwhile. */
  | 'version-stale'
  /** The offer was edited: the file waits until an operator publishes it. */
  | 'seed-set-aside';

export const offerStream = (app: string): string => `${app}#catalog`;

/** The file was applied once, or says what is there anyway. A deployment on its way out must not put back what a newer one has replaced. */
export const knowsSeed = (state: Offer, digest: string): boolean =>
  state.status === 'published' && (state.digest === digest || state.seeds.includes(digest));

const versionOf = (state: Offer): number => (state.status === 'published' ? state.version : 0);
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const factsOf = ({ offer, digest, changed, truncated }: NewOffer) => ({
  offer,
  digest,
  changed: [...changed],
  truncated,
});

export const offer: Decider<Offer, OfferCommand, OfferEvent, OfferRejection> = {
  initialState: { status: 'unseeded' },
  decide(command, state) {
    if (bytesOf(command.offer) > maxOfferBytes) return reject('offer-too-large');
    switch (command.type) {
      case 'SeedOffer':
        if (knowsSeed(state, command.digest)) return accept();
        if (state.status === 'published' && state.edited) return reject('seed-set-aside');
        if (command.expectedVersion !== versionOf(state)) return reject('version-stale');
        return accept({ type: 'OfferSeeded', ...factsOf(command) });
      case 'ChangeOffer': {
        if (state.status === 'unseeded') return reject('offer-unseeded');
        // What is there already needs no event, however late it is asked for.
        if (command.digest === state.digest) return accept();
        if (command.expectedVersion !== state.version) return reject('version-stale');
        const { reason, rolledBackTo } = command;
        return accept({
          type: 'OfferChanged',
          ...factsOf(command),
          ...(reason === undefined ? {} : { reason }),
          ...(rolledBackTo === undefined ? {} : { rolledBackTo }),
        });
      }
    }
  },
  evolve(state, event) {
    const seeds = state.status === 'published' ? state.seeds : [];
    const next = { status: 'published', version: versionOf(state) + 1, digest: event.digest } as const;
    switch (event.type) {
      case 'OfferSeeded':
        return { ...next, seeds: [...seeds, event.digest].slice(-seedsKept), edited: false };
      case 'OfferChanged':
        return { ...next, seeds, edited: true };
    }
  },
};

/** What the command handler needs to know of an offer. */
export const offerAggregate = { decider: offer, validate: (event: unknown) => offerEvent.parse(event) };
