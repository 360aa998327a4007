/** The one way an offer is changed by hand: on the version that was looked at, valid as a whole, or not at all. */
import { errorsOf, plainWords } from '#shared/http/request.ts';
import { type Refusal, refuse } from '#shared/http/route.ts';
import { appOffer } from './contracts.ts';
import { type HandleOffer, newOffer, type OfferVersion } from './current-offers.ts';
import type { Edited } from './domain/edit-offer.ts';
import { maxOfferBytes, type OfferCommand, offer as offerDecider, offerStream } from './domain/offer.ts';
import type { CatalogRejection } from './problems.ts';

export interface OfferChange {
  readonly app: string;
  /** What was looked at. */
  readonly current: OfferVersion;
  readonly expectedVersion: number;
  readonly edited: Edited;
  readonly reason?: string | undefined;
  readonly rolledBackTo?: number | undefined;
  /** It is what the app's file says, and the offer is to follow the file again. */
  readonly publishes?: true | undefined;
  /** Pointer to where the edited item came in, as `/body/tool`: faults within it are told there. Others: `/offer/…`. */
  readonly itemPointer?: string | undefined;
  /** Only says what would be. */
  readonly dryRun: boolean;
  readonly at: string;
  readonly meta: { readonly actor: string; readonly correlationId: string };
}

export interface OfferChanged {
  /** What is served now. */
  readonly version: number;
  readonly changed: readonly string[];
  readonly truncated: boolean;
}

type ChangeRejection = Extract<CatalogRejection, 'offer-invalid' | 'version-stale' | 'offer-too-large'>;

/** Faults told at most. */
const maxErrors = 50;

const validityFault = ({ edited, itemPointer }: OfferChange): Refusal<'offer-invalid'> | undefined => {
  const { error } = appOffer.safeParse(edited.offer, plainWords);
  if (!error) return undefined;
  const item = ['/offer', ...edited.place].join('/');
  const errors = errorsOf('offer', error).map(({ pointer, detail }) =>
    itemPointer !== undefined && (pointer === item || pointer.startsWith(`${item}/`))
      ? { pointer: itemPointer + pointer.slice(item.length), detail }
      : { pointer, detail },
  );
  const detail = errors.map((fault) => `${fault.pointer}: ${fault.detail}`).join('; ');
  return refuse('offer-invalid', { detail: detail.slice(0, 500), errors: errors.slice(0, maxErrors) });
};

type Rejected = Extract<ReturnType<typeof offerDecider.decide>, { accepted: false }>['rejection'];

const refusalOf = (rejection: Rejected, version: number): Refusal<'version-stale' | 'offer-too-large'> => {
  switch (rejection) {
    case 'version-stale':
      return refuse(rejection, { detail: `It is at version ${version} now: read it again.` });
    case 'offer-too-large':
      return refuse(rejection, { detail: `As JSON it may have ${maxOfferBytes} bytes.` });
    case 'offer-unseeded':
    case 'seed-set-aside':
      throw new Error(`a change by hand was rejected: ${rejection}`);
  }
};

/** Done before, by the same request or by somebody who wanted the same, is done: nothing is appended then. */
export const changeOffer =
  ({ handle }: { readonly handle: HandleOffer }) =>
  async (change: OfferChange): Promise<OfferChanged | Refusal<ChangeRejection>> => {
    const { app, current, expectedVersion, edited, reason, rolledBackTo, publishes, dryRun, at, meta } = change;
    // Before anything else is made of it: what is not valid may not even have a digest.
    const fault = validityFault(change);
    if (fault) return expectedVersion === current.version ? fault : refusalOf('version-stale', current.version);
    const made = newOffer(current, edited.offer, at);
    const command: OfferCommand = { type: 'ChangeOffer', ...made, expectedVersion, reason, rolledBackTo, publishes };
    const outlook = offerDecider.decide(command, current.state);
    if (!outlook.accepted) return refusalOf(outlook.rejection, current.version);
    if (outlook.events.length === 0) return { version: current.version, changed: [], truncated: false };
    const { changed, truncated } = made;
    if (dryRun) return { version: current.version, changed, truncated };
    const handled = await handle(offerStream(app), command, meta);
    if (!handled.accepted) return refusalOf(handled.rejection, handled.version);
    return handled.events.length === 0
      ? { version: handled.version, changed: [], truncated: false }
      : { version: handled.version, changed, truncated };
  };
