/** Published events of every counted kind, for tests: equal numbers make equal events. */
import fc from 'fast-check';
import { type CountedEvent, countedEvent } from '../domain/measure.ts';

interface Told {
  readonly id: string;
  readonly app?: string;
  readonly user?: string;
  readonly at?: string;
}

/** @example event('JobRequested', { jobId: 'gen_1', tool: 'photo-filter', quote: 2 }, { id: 'e1' }) */
export const event = (
  type: CountedEvent['type'],
  data: object,
  { id, app = 'sparky', user = 'u1', at = '2026-11-20T10:00:00.000Z' }: Told,
): CountedEvent =>
  countedEvent.parse({
    id,
    type,
    schemaVersion: 1,
    app,
    user,
    version: 1,
    at,
    correlationId: 'c',
    causationId: 'c',
    data,
  });

const job = { jobId: 'gen_1', tool: 'photo-filter' };
const payment = {
  paymentId: 'pay_1',
  provider: 'stripe',
  purpose: 'pack',
  item: 'pack-20',
  amountMinor: 499,
  currency: 'USD',
};
const revocation = { ...payment, revocationId: 'r1', credits: 20, grantId: 'pay_1', granted: 20 };

/** One of each kind. */
export const samples: Readonly<Record<CountedEvent['type'], object>> = {
  JobRequested: { ...job, quote: 2 },
  JobSucceeded: { ...job, cost: 2, outputs: [] },
  JobFailed: { ...job, reason: 'blocked', message: 'no' },
  JobCancelled: job,
  CreditsGranted: { grantId: 'g', kind: 'pack', credits: 20, available: 20 },
  HoldSettled: { holdId: 'gen_1', tool: 'photo-filter', spent: [], credits: 2, available: 18 },
  HoldReleased: { holdId: 'gen_1', tool: 'photo-filter', credits: 2, reason: 'failed', available: 20 },
  GrantsExpired: { rows: [], credits: 3, available: 0 },
  CreditsAdjusted: { adjustmentId: 'a', credits: -4, rows: [], available: 0 },
  GrantRevoked: { revocationId: 'r', grantId: 'g', credits: 20, reason: 'refund', rows: [], debt: 0, available: 0 },
  GrantReinstated: { revocationId: 'r', grantId: 'g', credits: 20, debtCancelled: 0, available: 20 },
  AccountClosed: { forfeited: 7 },
  PaymentCaptured: { ...payment, credits: 20 },
  PaymentMismatched: { ...payment, why: 'amount', receivedMinor: 100, receivedCurrency: 'EUR' },
  PaymentRefunded: { ...revocation, refundedMinor: 200, totalMinor: 200 },
  DisputeOpened: { ...revocation, reason: 'fraudulent' },
  DisputeWon: revocation,
  UserRegistered: { via: 'hook' },
  UserDeleted: { pass: 1 },
};

const types = Object.keys(samples) as CountedEvent['type'][];
/** Around midnight in Cairo (22:00 UTC) and in UTC. */
const times = ['2026-11-20T21:59:59.999Z', '2026-11-20T22:00:00.000Z', '2026-11-21T00:00:00.000Z'];

/** Events with ids of their own, of two apps and three users. */
export const someEvents = (maxLength: number) =>
  fc
    .array(
      fc.record({
        type: fc.constantFrom(...types),
        app: fc.constantFrom('sparky', 'baby-music'),
        user: fc.constantFrom('u1', 'u2', 'u3'),
        at: fc.constantFrom(...times),
      }),
      { maxLength },
    )
    .map((told) => told.map(({ type, ...more }, index) => event(type, samples[type], { id: `e${index}`, ...more })));
