/** Every authentic callback, whole: its body in a private bucket, and a record that points to it and says what became of it. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Owner } from '#shared/owner.ts';
import type { PaymentProvider } from '../contracts.ts';
import type { CallbackOutcome } from '../views.ts';
import { bodyKey, callbackBodies } from './callback-bodies.ts';
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
}

export interface CallbackPage {
  readonly records: readonly CallbackRecord[];
  readonly next?: string;
}

export interface CallbackLog {
  /** Body first, then the record. Sent twice it is one; answers what the record says. */
  receive(record: Omit<CallbackRecord, 'outcome'>, body: string): Promise<CallbackRecord>;
  /** The body as it came; undefined when it was removed. */
  readBody(app: string, id: string): Promise<string | undefined>;
  find(app: string, id: string): Promise<CallbackRecord | undefined>;
  /** What became of it, and whose it is. */
  conclude(
    app: string,
    id: string,
    what: { readonly outcome: CallbackOutcome; readonly owner?: Owner; readonly paymentId?: string },
  ): Promise<void>;
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

export const callbackLog = (
  dynamo: DynamoDBDocumentClient,
  s3: S3Client,
  { table, bucket }: CallbackLogPlaces,
): CallbackLog => {
  const { add, pagesOfOwner, ...records } = callbackTable(dynamo, table);
  const bodies = callbackBodies(s3, bucket);
  return {
    ...records,
    async receive(record, body) {
      // A body that was removed with its user stays so, though the provider sends it again.
      const known = await records.find(record.app, record.id);
      if (known) return known;
      const key = bodyKey(record);
      await bodies.put(key, body);
      const kept = await add({ ...record, outcome: 'received' });
      // Of two at once around midnight the record points to one body, and nobody would ever remove the other.
      if (bodyKey(kept) !== key) await bodies.remove([key]);
      return kept;
    },
    async readBody(app, id) {
      const record = await records.find(app, id);
      return record && bodies.read(bodyKey(record));
    },
    async removeBodies(owner) {
      let removed = 0;
      for await (const page of pagesOfOwner(owner)) {
        await bodies.remove(page.map(bodyKey));
        removed += page.length;
      }
      return removed;
    },
  };
};
