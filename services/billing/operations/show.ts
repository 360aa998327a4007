/** One payment for somebody who looks into it: its events, and the callbacks that told of it. */
import type { CallbackLog, CallbackRecord } from '../callbacks/callback-log.ts';
import type { PaymentEvent } from '../domain/payment-events.ts';
import { type KnownPayment, paymentStream } from '../domain/payment-state.ts';
import type { PaymentStore } from '../handle-payment.ts';
import type { PaymentRows } from '../read-models/payments.ts';

export interface PaymentHistory {
  readonly app: string;
  readonly user: string;
  readonly paymentId: string;
  readonly state: KnownPayment;
  /** Oldest first. */
  readonly events: readonly {
    readonly version: number;
    readonly at: string;
    readonly actor: string;
    readonly event: PaymentEvent;
  }[];
  /** Newest first. */
  readonly callbacks: readonly CallbackRecord[];
  /** Nothing is left out. */
  readonly complete: boolean;
}

export interface PaymentPlaces {
  readonly payments: PaymentStore;
  readonly rows: Pick<PaymentRows, 'find'>;
  readonly callbacks: Pick<CallbackLog, 'listOfPayment'>;
}

const maxEvents = 500;
const maxCallbacks = 200;

/** Undefined for one that the app does not have. */
export const historyOf = async (
  { payments, rows, callbacks }: PaymentPlaces,
  app: string,
  paymentId: string,
): Promise<PaymentHistory | undefined> => {
  const row = await rows.find(paymentId);
  if (row?.app !== app) return undefined;
  const { user } = row;
  const recorded = await payments.read(paymentStream({ app, user }, paymentId), { limit: maxEvents });
  const state = recorded.at(-1)?.state;
  if (!state || state.status === 'unknown') return undefined;
  const told = await callbacks.listOfPayment(app, paymentId, { limit: maxCallbacks });
  return {
    app,
    user,
    paymentId,
    state,
    events: recorded.map(({ version, at, meta: { actor }, event }) => ({ version, at, actor, event })),
    callbacks: told.records,
    complete: recorded.length < maxEvents && told.next === undefined,
  };
};
