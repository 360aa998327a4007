/** Payments as they are listed: one row each, made of the newest event, written only over an older one. */
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { putIfNewer } from '#shared/aws/put-if-newer.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { decodeCursor, encodeCursor } from '#shared/http/page.ts';
import { idSchema } from '#shared/ids.ts';
import { ownerKey } from '#shared/owner.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import { type KnownPayment, type Payment, parsePaymentStream } from '../domain/payment-state.ts';

export interface PaymentRow extends KnownPayment {
  readonly id: string;
  /** `app#user`. */
  readonly owner: string;
  readonly app: string;
  readonly user: string;
  /** `<requestedAt>#<id>`: sorts by time. */
  readonly sk: string;
  readonly version: number;
}

export interface PaymentRowPage {
  readonly rows: readonly PaymentRow[];
  readonly next?: string;
}

export interface PaymentRows {
  /** Only if newer. */
  write(row: PaymentRow): Promise<void>;
  find(id: string): Promise<PaymentRow | undefined>;
  /** Newest first, as the next. @throws Problem `request-invalid` for a cursor of something else */
  listOfOwner(owner: string, options: { readonly limit: number; readonly cursor?: string }): Promise<PaymentRowPage>;
  listOfApp(app: string, options: { readonly limit: number; readonly cursor?: string }): Promise<PaymentRowPage>;
}

/** The table's key is `id`; it has these indexes, which hold whole rows. */
export const paymentIndexes = {
  byOwner: { partitionKey: 'owner', sortKey: 'sk' },
  byApp: { partitionKey: 'app', sortKey: 'sk' },
} as const;

/** The payment after the event; nothing for a stream that does not begin with its request. */
export const paymentRow = ({
  stream,
  version,
  state,
}: RecordedEvent<PaymentEvent, Payment>): PaymentRow | undefined => {
  if (state.status === 'unknown') return undefined;
  const { owner, paymentId } = parsePaymentStream(stream);
  const { app, user } = owner;
  return {
    ...state,
    id: paymentId,
    owner: ownerKey(owner),
    app,
    user,
    sk: `${state.requestedAt}#${paymentId}`,
    version,
  };
};

/** A row's place in every list: the partition is the caller's own, whatever the cursor says. */
const place = z.strictObject({ id: idSchema('pay'), sk: z.string().min(1).max(100) });

/** Where to read on behind a row. */
export const cursorOf = ({ id, sk }: Pick<PaymentRow, 'id' | 'sk'>): string => encodeCursor({ id, sk });

const listing =
  (client: DynamoDBDocumentClient, table: string, index: keyof typeof paymentIndexes) =>
  async (partition: string, { limit, cursor }: { readonly limit: number; readonly cursor?: string }) => {
    const { partitionKey } = paymentIndexes[index];
    const from = decodeCursor(place, cursor);
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': partitionKey },
        ExpressionAttributeValues: { ':partition': partition },
        ScanIndexForward: false,
        Limit: limit,
        ...(from ? { ExclusiveStartKey: { ...from, [partitionKey]: partition } } : {}),
      }),
    );
    const next = LastEvaluatedKey && cursorOf(LastEvaluatedKey as Pick<PaymentRow, 'id' | 'sk'>);
    return { rows: Items as PaymentRow[], ...(next === undefined ? {} : { next }) };
  };

export const paymentRows = (client: DynamoDBDocumentClient, table: string): PaymentRows => ({
  async write(row) {
    await putIfNewer(client, table, 'id')(row);
  },
  async find(id) {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { id } }));
    return Item as PaymentRow | undefined;
  },
  listOfOwner: listing(client, table, 'byOwner'),
  listOfApp: listing(client, table, 'byApp'),
});
