/** Credits' rejections on the wire. */
import type { ProblemSpec } from '#shared/http/problem.ts';

/** What the service's routes may refuse. Holding and settling are no routes: generation and the bus ask for them. */
export type CreditsRejection =
  | 'app-unknown'
  | 'tool-unknown'
  | 'plan-unknown'
  | 'pack-unknown'
  | 'provider-unsupported'
  | 'threshold-above-pack'
  | 'account-unknown'
  | 'account-closed'
  | 'holds-open'
  | 'grants-too-many'
  | 'adjustment-exceeds-balance'
  | 'idempotency-mismatch'
  | 'range-too-large';

export const problems: Readonly<Record<CreditsRejection, ProblemSpec>> = {
  'app-unknown': { status: 404, title: 'There is no such app' },
  'tool-unknown': { status: 404, title: 'There is no such tool' },
  'plan-unknown': { status: 400, title: 'There is no such plan' },
  'pack-unknown': { status: 404, title: 'There is no such pack' },
  'provider-unsupported': { status: 409, title: 'This cannot be done with that payment provider' },
  'threshold-above-pack': { status: 400, title: 'The pack does not lift the balance above the threshold' },
  'account-unknown': { status: 404, title: 'There is no such account' },
  'account-closed': { status: 409, title: 'The account is closed' },
  'holds-open': { status: 409, title: 'Jobs of the account still run' },
  'grants-too-many': { status: 409, title: 'The account has as many grants as it can carry' },
  'adjustment-exceeds-balance': { status: 409, title: 'The account has less than is to be taken' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
  'range-too-large': { status: 400, title: 'The days hold more than can be answered at once' },
};
