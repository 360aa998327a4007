/**
 * Every authentic callback: a record that says what became of it, and of each that tells something here its body, whole, in a private
 * bucket.
 */
import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Owner } from '#shared/owner.ts';
import type { PaymentProvider } from '../contracts.ts';
import type { CallbackOutcome } from '../views.ts';
import { type BodyPlace, bodyKey, bodyKeys, callbackBodies } from './callback-bodies.ts';
import { callbackTable } from './callback-table.ts';

export interface CallbackRecord {
  readonly app: string;
  /** `<provider>:<the callback's own id>`. */
  readonly id: string;
  readonly provider: PaymentProvider;
  readonly type: string;
  readonly outcome: CallbackOutcome;
  readonly receivedAt: string;
  readonly paymentId?: string;
  readonly user?: string;
  /** It told nothing here: of another app, or of a type that nobody listens to. */
  readonly hasBody?: false;
}

/** `owner`: whose it is, as far as it says so itself. Its body goes with them, whatever becomes of it. */
export type Received = Omit<CallbackRecord, 'outcome' | 'paymentId' | 'user' | 'hasBody'> & { readonly owner?: Owner };

export interface CallbackPage {
  readonly records: readonly CallbackRecord[];
  readonly next?: string;
}

export interface CallbackLog {
  /**
   * Body first, then the record. Sent twice it is one; answers what the record says. Where the provider signs only some fields of a
   * body, others than the first are kept beside it for an hour: whoever sends one of their own does not keep the provider's out.
   */
  receive(record: Received, body: string | undefined): Promise<CallbackRecord>;
  /** Of a callback that turns out to tell nothing here. The record stays. */
  dropBody(app: string, id: string): Promise<void>;
  /** The body as it came; undefined where none was kept, or it was removed. */
  readBody(app: string, id: string): Promise<string | undefined>;
  find(app: string, id: string): Promise<CallbackRecord | undefined>;
  /** What became of it, and whose it is. Answers its outcome before; undefined where it is there no more. */
  conclude(
    app: string,
    id: string,
    what: { readonly outcome: CallbackOutcome; readonly owner?: Owner; readonly paymentId?: string },
  ): Promise<CallbackOutcome | undefined>;
  list(
    app: string,
    options: { readonly limit: number; readonly cursor?: string; readonly outcome?: CallbackOutcome },
  ): Promise<CallbackPage>;
  listOfPayment(
    app: string,
    paymentId: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<CallbackPage>;
  /** Removes the bodies of a user who left; answers how many. The records stay. */
  removeBodies(owner: Owner): Promise<number>;
}

export interface CallbackLogPlaces {
  readonly table: string;
  readonly bucket: string;
}

/** What comes while a user leaves is taken away an hour later: no other version comes behind that. */
const versionsMs = 55 * 60_000;
const isWhollySigned = ({ provider }: Pick<CallbackRecord, 'provider'>): boolean => provider === 'stripe';
const digestOf = (body: string): string => createHash('sha256').update(body).digest('base64url');
/** S3 deletes so many at a time. */
const removedAtOnce = 1_000;
const keysOf = (place: BodyPlace): readonly string[] =>
  place.id.startsWith('stripe:') ? [bodyKey(place)] : bodyKeys(place);

export const callbackLog = (
  dynamo: DynamoDBDocumentClient,
  s3: S3Client,
  { table, bucket }: CallbackLogPlaces,
): CallbackLog => {
  const { add, dropped, versionOf, pagesOfOwner, ...records } = callbackTable(dynamo, table);
  const bodies = callbackBodies(s3, bucket);
  const keepVersion = async (kept: CallbackRecord, { receivedAt }: Received, body: string): Promise<void> => {
    const isLate = Date.parse(receivedAt) - Date.parse(kept.receivedAt) > versionsMs;
    if (isLate || isWhollySigned(kept) || kept.hasBody === false) return;
    const version = await versionOf(kept.app, kept.id, digestOf(body));
    if (version !== undefined && version > 1) await bodies.put(bodyKey(kept, version), body);
  };
  return {
    ...records,
    async receive(record, body) {
      // A body that was removed with its user stays so, though the provider sends it again.
      const known = await records.find(record.app, record.id);
      if (known && body !== undefined) await keepVersion(known, record, body);
      if (known) return known;
      if (body === undefined) return add(record, { hasBody: false });
      const key = bodyKey(record);
      await bodies.put(key, body);
      const kept = await add(record, isWhollySigned(record) ? {} : { digests: [digestOf(body)] });
      // Of two at once around midnight the record points to one body, and nobody would ever remove the other.
      if (bodyKey(kept) !== key) await bodies.remove([key]);
      await keepVersion(kept, record, body);
      return kept;
    },
    async dropBody(app, id) {
      const record = await records.find(app, id);
      if (!record) return;
      await bodies.remove(keysOf(record));
      await dropped(app, id);
    },
    async readBody(app, id) {
      const record = await records.find(app, id);
      return record && record.hasBody !== false ? bodies.read(bodyKey(record)) : undefined;
    },
    async removeBodies(owner) {
      let removed = 0;
      for await (const page of pagesOfOwner(owner)) {
        const keys = page.flatMap(keysOf);
        for (let from = 0; from < keys.length; from += removedAtOnce)
          await bodies.remove(keys.slice(from, from + removedAtOnce));
        removed += page.length;
      }
      return removed;
    },
  };
};
