/**
 * An app's offer, as a stream of whole offers: what is served is what the newest event says. It begins with what the app's file
 * says and follows the file from deployment to deployment, until somebody changes it: then it is in their hands until the file is published.
 */
import * as z from 'zod';
import { accept, type Decider, reject } from '#shared/eventsourcing/decider.ts';

/** Of the offer's JSON. A table's item holds 400 KB; a request 256 KB, with the reason around the offer. */
export const maxOfferBytes = 250 * 1_024;
/** Digests of files: longer than any deployment lives beside another. */
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
      /** Digests of the files that were set aside since; the newest last. */
      readonly setAside?: readonly string[];
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
  /** A deployment brought another file, and the offer was edited: it stays as it is. */
  z.strictObject({ type: z.literal('SeedSetAside'), ...facts, seed: facts.digest }),
  z.strictObject({
    type: z.literal('OfferChanged'),
    ...facts,
    reason: reason.optional(),
    /** The version whose offer this is again. */
    rolledBackTo: z.int().positive().optional(),
    /** It is what the app's file says, and the offer follows the file again. */
    publishes: z.literal(true).optional(),
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
  /** With the offer that stays, and the digest of the file that is not applied. */
  | (NewOffer & { readonly type: 'SetSeedAside'; readonly seed: string })
  | (NewOffer & {
      readonly type: 'ChangeOffer';
      readonly reason?: string | undefined;
      readonly rolledBackTo?: number | undefined;
      readonly publishes?: true | undefined;
    });

export type OfferRejection =
  | 'offer-unseeded'
  | 'offer-too-large'
  /** Somebody changed the offer meanwhile. */
  | 'version-stale'
  /** The offer was edited: the file waits until an operator publishes it. */
  | 'seed-set-aside';

export const offerStream = (app: string): string => `${app}#catalog`;

const isSetAside = ({ setAside = [] }: PublishedOffer, digest: string): boolean => setAside.includes(digest);

/** The file had its turn, or says what is there anyway. A deployment on its way out must not put back what a newer one has replaced. */
export const knowsSeed = (state: Offer, digest: string): boolean =>
  state.status === 'published' &&
  (state.digest === digest || state.seeds.includes(digest) || isSetAside(state, digest));

/** Why a file that had its turn is not served; nothing for the newest that was applied, also where the offer was edited since. */
export const seedFate = (state: PublishedOffer, digest: string): 'set-aside' | 'superseded' | undefined => {
  if (state.digest === digest) return undefined;
  if (isSetAside(state, digest)) return 'set-aside';
  return state.seeds.includes(digest) && state.seeds.at(-1) !== digest ? 'superseded' : undefined;
};

const versionOf = (state: Offer): number => (state.status === 'published' ? state.version : 0);
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const remember = (seeds: readonly string[], digest: string): string[] =>
  [...seeds.filter((known) => known !== digest), digest].slice(-seedsKept);
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
      case 'SetSeedAside':
        if (state.status === 'unseeded') return reject('offer-unseeded');
        if (knowsSeed(state, command.seed)) return accept();
        if (!state.edited || command.expectedVersion !== state.version) return reject('version-stale');
        return accept({ type: 'SeedSetAside', ...factsOf(command), seed: command.seed });
      case 'ChangeOffer': {
        if (state.status === 'unseeded') return reject('offer-unseeded');
        const { reason, rolledBackTo, publishes } = command;
        // What is there already needs no event, however late it is asked for; unless it is to follow its file again.
        if (command.digest === state.digest && !(publishes && state.edited)) return accept();
        if (command.expectedVersion !== state.version) return reject('version-stale');
        return accept({
          type: 'OfferChanged',
          ...factsOf(command),
          ...(reason === undefined ? {} : { reason }),
          ...(rolledBackTo === undefined ? {} : { rolledBackTo }),
          ...(publishes === undefined ? {} : { publishes }),
        });
      }
    }
  },
  evolve(state, event) {
    const before = state.status === 'published' ? state : undefined;
    const { seeds = [], setAside = [] } = before ?? {};
    const next = { status: 'published', version: versionOf(state) + 1, digest: event.digest } as const;
    switch (event.type) {
      case 'OfferSeeded':
        return { ...next, seeds: remember(seeds, event.digest), edited: false };
      case 'SeedSetAside':
        return { ...next, seeds, edited: true, setAside: remember(setAside, event.seed) };
      case 'OfferChanged':
        if (!event.publishes) return { ...next, seeds, edited: true, ...(setAside.length > 0 ? { setAside } : {}) };
        // The files that it replaces had their turn: those set aside, and any that said what was there.
        return {
          ...next,
          seeds: [...setAside, ...(before ? [before.digest] : []), event.digest].reduce(remember, seeds),
          edited: false,
        };
    }
  },
};

/** What the command handler needs to know of an offer. */
export const offerAggregate = { decider: offer, validate: (event: unknown) => offerEvent.parse(event) };
