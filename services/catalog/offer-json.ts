/** Offers and settings as text, and the digests that tell two of them apart. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { fingerprint } from '#shared/ids.ts';
import type { AppSettings } from './contracts.ts';
import type { AnyOffer } from './domain/changed-paths.ts';

/** `json` keeps the order of fields, for clients that make a form of a tool's parameters; for `digest` it does not count. */
export interface OfferText {
  readonly json: string;
  readonly digest: string;
}

const canonical = (value: unknown): string => canonicalize(value) ?? '';

export const digestOf = (offer: AnyOffer): string => createHash('sha256').update(canonical(offer)).digest('base64url');

export const offerText = (offer: AnyOffer): OfferText => ({ json: JSON.stringify(offer), digest: digestOf(offer) });

/** What an event holds. It was checked before it was written, by the rules of its time. */
export const offerFrom = (json: string): AnyOffer => JSON.parse(json) as AnyOffer;

/** Eight characters. Settings come with a deployment: two deployments may tell of one offer and differ here. */
export const settingsDigest = (settings: AppSettings): string => fingerprint(canonical(settings));
