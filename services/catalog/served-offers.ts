/**
 * The definitions that are served: settings of this deployment, offers of the table. Looked at again after a second, so that
 * a change is everywhere at once and a busy process asks the table once a second for an app.
 */
import { type LastGood, lastGood } from '#shared/last-good.ts';
import type { Logger } from '#shared/observability/logger.ts';
import { type AppDefinition, settingsOf, storedOffer } from './contracts.ts';
import type { CurrentOffers } from './current-offers.ts';
import { settingsDigest } from './offer-json.ts';

export interface Served {
  readonly version: number;
  /** Of settings and offer together. */
  readonly revision: string;
  readonly definition: AppDefinition;
}

export interface ServedOffers {
  /** Nothing for an app that this deployment does not serve. @throws SourceUnavailable when the offer cannot be read. */
  read(app: string): Promise<Served | undefined>;
  /** An offer was changed here: looks at the table now. What was read last stays where that fails. */
  renew(app: string): Promise<void>;
}

export interface ServedOffersDependencies {
  readonly offers: CurrentOffers;
  readonly definitions: readonly AppDefinition[];
  readonly logger: Pick<Logger, 'error'>;
  /** Milliseconds; the clock by default. */
  readonly now?: () => number;
}

/** While the table cannot be read, what was read last serves for some minutes. */
const age = { maxAgeMs: 1_000, cooldownMs: 1_000, emptyCooldownMs: 0, keepMs: 10 * 60_000 };

export const servedOffers = ({
  offers,
  definitions,
  logger,
  now = Date.now,
}: ServedOffersDependencies): ServedOffers => {
  const source = (definition: AppDefinition): LastGood<Served> => {
    const settings = settingsOf(definition);
    const digest = settingsDigest(settings);
    let known: Served | undefined;
    const load = async (): Promise<Served> => {
      const found = await offers.current(settings.id);
      if (!found) throw new Error(`${settings.id} has no offer`);
      const { version, offer } = found;
      // Checked again, for it may have been written by the rules of another deployment; once for each version.
      if (known?.version !== version)
        known = { version, revision: `${version}-${digest}`, definition: { ...settings, ...storedOffer.parse(offer) } };
      return known;
    };
    // An alarm watches for these words (infra/stacks/catalog.ts).
    const onFailure = (error: unknown) => logger.error('offer not read', { app: settings.id, error: error as Error });
    return lastGood({ ...age, load, onFailure, now });
  };

  const byApp = new Map(definitions.map((definition) => [definition.id, definition] as const));
  const sources = new Map<string, LastGood<Served>>();
  return {
    async read(app) {
      const definition = byApp.get(app);
      if (!definition) return undefined;
      const kept = sources.get(app) ?? source(definition);
      sources.set(app, kept);
      return kept.read();
    },
    async renew(app) {
      const definition = byApp.get(app);
      if (!definition) return;
      const fresh = source(definition);
      if (await fresh.refresh()) sources.set(app, fresh);
    },
  };
};
