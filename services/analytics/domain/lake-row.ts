/** The lake's row of a published event. */
import * as z from 'zod';
import type { LakePartition, LakeRow } from '../contracts.ts';
import { isOfNoUser, rulesOf } from './kept-fields.ts';
import { type Hash, keptOf } from './pseudonymise.ts';

/** Of the envelope, which all events share, what the lake reads. Other services' events are not theirs to refuse by their data. */
export const lakeEvent = z.object({
  source: z.string().regex(/^tessera\.[a-z][a-z-]{0,39}$/),
  detail: z.object({
    id: z.string().min(1).max(64),
    type: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,79}$/),
    schemaVersion: z.int().positive(),
    // The part of a path that it becomes.
    app: z
      .string()
      .max(40)
      .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/),
    user: z.string().min(1).max(128),
    version: z.int().positive(),
    at: z.iso.datetime(),
    correlationId: z.string().max(128),
    data: z.unknown(),
  }),
});
export type LakeEvent = z.infer<typeof lakeEvent>;

/** What is hashed, so that no two kinds of thing share a pseudonym by chance. */
export type Kind = 'user' | 'event' | 'correlation' | 'id';
/** Under the key of one user. */
export type KeyedHash = (kind: Kind, text: string) => string;

export interface PlacedRow {
  readonly row: LakeRow;
  readonly partition: LakePartition;
}

/** The same event under the same key gives the same row. */
export const lakeRowOf = ({ source, detail }: LakeEvent, keyedHash: KeyedHash): PlacedRow => {
  const { id, type, schemaVersion, app, user, version, at, correlationId, data } = detail;
  const occurredAt = new Date(at).toISOString();
  const hashId: Hash = (text) => keyedHash('id', text);
  return {
    row: {
      event_id: keyedHash('event', id),
      service: source.slice('tessera.'.length),
      event_type: type,
      occurred_at: occurredAt,
      user_id: isOfNoUser(type) ? null : keyedHash('user', user),
      version,
      correlation_id: keyedHash('correlation', correlationId),
      data: JSON.stringify(keptOf(rulesOf(type, schemaVersion), data, hashId)),
    },
    partition: { app, day: occurredAt.slice(0, 10) },
  };
};
