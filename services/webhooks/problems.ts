/** Webhooks' rejections on the wire. */
import { commonProblems, type ProblemSpec } from '#shared/http/problem.ts';

export type WebhooksRejection =
  | 'request-invalid'
  | 'webhook-unknown'
  | 'webhook-removed'
  | 'webhook-inactive'
  | 'webhooks-too-many'
  | 'rotations-too-many'
  | 'idempotency-mismatch'
  | 'delivery-unknown';

export const problems: Readonly<Record<WebhooksRejection, ProblemSpec>> = {
  'request-invalid': commonProblems['request-invalid'],
  'webhook-unknown': { status: 404, title: 'There is no such webhook' },
  'webhook-removed': { status: 409, title: 'The webhook of this idempotency key was removed' },
  'webhook-inactive': { status: 409, title: 'The webhook is switched off' },
  'webhooks-too-many': { status: 409, title: 'No more webhooks can be kept' },
  'rotations-too-many': { status: 409, title: 'The secret was replaced too often' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
  'delivery-unknown': { status: 404, title: 'There is no such delivery' },
};
