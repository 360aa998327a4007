/** Where an app wants to be told of what: an address on its own server, and the versions of the secret that sign for it. */
import type { Id } from '#shared/ids.ts';
import type { EventType } from '../contracts.ts';

export type EndpointId = Id<'whk'>;

/** Endpoints of one app at most. */
export const maxEndpoints = 20;
/** So long a secret that was replaced signs along. */
export const signsAlongMs = 24 * 3_600_000;
/** Replaced secrets that sign along at most: each is one more signature in a header that receivers must take. */
export const maxRetired = 4;

export interface RetiredSecret {
  readonly version: number;
  readonly until: string;
}

export interface Endpoint {
  readonly app: string;
  readonly id: EndpointId;
  readonly url: string;
  readonly events: readonly (EventType | '*')[];
  readonly description?: string | undefined;
  readonly active: boolean;
  /** The receiver answered 410: it wants no more. */
  readonly gone?: boolean | undefined;
  readonly secretVersion: number;
  readonly retired: readonly RetiredSecret[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const wants = ({ active, events }: Pick<Endpoint, 'active' | 'events'>, type: EventType): boolean =>
  active && (events.includes('*') || events.includes(type));

const signingAlong = ({ retired }: Endpoint, at: string): RetiredSecret[] => retired.filter(({ until }) => until > at);

/** The versions that sign now, the newest first. */
export const signingVersions = (endpoint: Endpoint, at: string): number[] => [
  endpoint.secretVersion,
  ...signingAlong(endpoint, at).map(({ version }) => version),
];

export type Rotation = Pick<Endpoint, 'secretVersion' | 'retired'>;

/** Every version of the last day signs along, not the last one alone: a rotation that was asked for twice must not cut a receiver off. */
export const rotated = (endpoint: Endpoint, at: string): Rotation | 'too-many' => {
  const until = new Date(Date.parse(at) + signsAlongMs).toISOString();
  const retired = [{ version: endpoint.secretVersion, until }, ...signingAlong(endpoint, at)];
  return retired.length > maxRetired ? 'too-many' : { secretVersion: endpoint.secretVersion + 1, retired };
};
