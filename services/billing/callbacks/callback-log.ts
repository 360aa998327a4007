/** Every authentic callback, whole: its body in a private bucket, and a record that points to it and says what became of it. */
import type { Owner } from '#shared/owner.ts';
import type { PaymentProvider } from '../contracts.ts';
import type { CallbackOutcome } from '../views.ts';

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
