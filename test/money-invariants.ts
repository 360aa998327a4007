/** Billing's streams against the ledger (I5) and against the list of payments (I7). */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { payment } from '#services/billing/domain/payment.ts';
import { grantIdOf, parsePaymentStream } from '#services/billing/domain/payment-state.ts';
import { subscription } from '#services/billing/domain/subscription.ts';
import { paymentRow } from '#services/billing/read-models/payments.ts';
import { accountStream } from '#services/credits/domain/account.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import {
  type AccountEvents,
  chainViolations,
  type EventOf,
  isSubset,
  readRows,
  readStreams,
  type StateOf,
  type Violation,
} from './streams.ts';

type PaymentEvents = readonly RecordedEvent<EventOf<typeof payment>, StateOf<typeof payment>>[];
type SubscriptionEvents = readonly RecordedEvent<EventOf<typeof subscription>, StateOf<typeof subscription>>[];

/** What the ledger has of a grant: how often it was granted, how much in all, and how much of it is taken back now. */
const inLedger = (events: AccountEvents, grantId: string) => {
  const seen = { grants: 0, granted: 0, takenBack: 0 };
  for (const { event } of events) {
    if (event.type === 'CreditsGranted' && event.grantId === grantId) {
      seen.grants += 1;
      seen.granted += event.credits;
    }
    if (event.type === 'GrantRevoked' && event.grantId === grantId) seen.takenBack += event.credits;
    if (event.type === 'GrantReinstated' && event.grantId === grantId) seen.takenBack -= event.credits;
  }
  return seen;
};

const paymentViolations = (stream: string, events: PaymentEvents, accounts: ReadonlyMap<string, AccountEvents>) => {
  const state = events.at(-1)?.state;
  const { owner, paymentId } = parsePaymentStream(stream);
  const ledger = accounts.get(accountStream(owner)) ?? [];
  if (!state || state.status === 'unknown' || ledger.at(-1)?.state.status === 'closed') return [];
  const isCaptured = state.status === 'captured';
  const expected = {
    grants: isCaptured && state.credits > 0 ? 1 : 0,
    granted: isCaptured ? state.credits : 0,
    takenBack: state.clawedBack,
  };
  const actual = inLedger(ledger, grantIdOf(state.purpose, paymentId));
  if (JSON.stringify(actual) === JSON.stringify(expected)) return [];
  const what = `the payment says ${JSON.stringify(expected)}, the ledger ${JSON.stringify(actual)}`;
  return [{ invariant: 'I5', stream, what } as const];
};

/** The ledger has taken the newest change of what the user is entitled to. */
const planViolations = (stream: string, events: SubscriptionEvents, accounts: ReadonlyMap<string, AccountEvents>) => {
  const newest = events.findLast(({ event }) => event.type === 'PlanEntitled')?.version;
  const { app, user } = parseOwnerKey(stream);
  const state = accounts.get(accountStream({ app, user }))?.at(-1)?.state;
  if (newest === undefined || !state || state.status !== 'open' || state.planOrder === newest) return [];
  const what = `the plan is of version ${newest}, the ledger has that of ${state.planOrder}`;
  return [{ invariant: 'I5', stream, what } as const];
};

export const moneyViolations = async (
  client: DynamoDBDocumentClient,
  tables: { readonly billing: string; readonly payments: string },
  accounts: ReadonlyMap<string, AccountEvents>,
): Promise<Violation[]> => {
  const streams = await readStreams<never, never>(client, tables.billing);
  const isPayment = (stream: string) => parsePaymentStream(stream).paymentId.startsWith('pay_');
  const payments = new Map([...streams].filter(([stream]) => isPayment(stream))) as Map<string, PaymentEvents>;
  const subscriptions = new Map([...streams].filter(([stream]) => !isPayment(stream))) as Map<
    string,
    SubscriptionEvents
  >;
  const rows = await readRows(client, tables.payments);
  const stale = [...payments].flatMap(([stream, events]): Violation[] => {
    const newest = events.at(-1);
    const expected = newest && paymentRow(newest);
    if (!expected || isSubset(expected, rows.get(JSON.stringify([expected.owner, expected.id])))) return [];
    return [{ invariant: 'I7', stream, what: `the payments row is not what version ${newest.version} makes it` }];
  });
  return [
    ...chainViolations(payment, payments),
    ...chainViolations(subscription, subscriptions),
    ...[...payments].flatMap(([stream, events]) => paymentViolations(stream, events, accounts)),
    ...[...subscriptions].flatMap(([stream, events]) => planViolations(stream, events, accounts)),
    ...stale,
  ];
};
