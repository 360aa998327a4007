/** How generation's refusals look on the wire. */
import { commonProblems, type ProblemSpec } from '#shared/http/problem.ts';
import type { JobRejection } from '../domain/job.ts';
import type { HoldRejection } from '../ledger/hold-credits.ts';

export type GenerationRejection =
  | JobRejection
  | HoldRejection
  | 'request-invalid'
  | 'asset-not-found'
  | 'asset-not-ready'
  | 'prompt-not-found'
  | 'prompt-removed'
  | 'prompts-too-many'
  | 'job-not-playable'
  | 'job-not-retryable'
  | 'reply-not-found'
  | 'reply-removed'
  | 'replies-too-many'
  | 'ledger-unreachable'
  | 'catalog-unreachable'
  | 'callback-unknown'
  | 'callback-untrusted';

export const problems: Readonly<Record<GenerationRejection, ProblemSpec>> = {
  'request-invalid': commonProblems['request-invalid'],
  'asset-not-found': { status: 404, title: 'There is no such asset' },
  'asset-not-ready': { status: 409, title: 'The asset cannot be used' },
  'prompt-not-found': { status: 404, title: 'There is no such prompt' },
  'prompt-removed': { status: 409, title: 'The prompt of this idempotency key was removed' },
  'prompts-too-many': { status: 409, title: 'No more prompts can be kept' },
  'job-not-found': { status: 404, title: 'There is no such generation' },
  'job-finished': { status: 409, title: 'The generation is over' },
  'job-running': { status: 409, title: 'The generation is not over' },
  'changes-too-many': { status: 409, title: 'The generation was renamed and marked too often' },
  'job-removed': { status: 409, title: 'The generation of this idempotency key was removed' },
  'job-not-charged': { status: 409, title: 'There is nothing to give back' },
  'job-not-retryable': { status: 409, title: 'Only what failed or was cancelled is run again' },
  'job-not-playable': { status: 409, title: 'The generation cannot be played' },
  'reply-not-found': { status: 404, title: 'There is no such saved reply' },
  'reply-removed': { status: 409, title: 'The saved reply of this idempotency key was removed' },
  'replies-too-many': { status: 409, title: 'No more replies can be saved' },
  'callback-unknown': { status: 404, title: 'No task is expected here' },
  'callback-untrusted': { status: 401, title: 'The webhook is not authentic' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
  'credits-insufficient': { status: 402, title: 'There are too few credits' },
  'daily-cap-reached': { status: 402, title: "The day's credits are spent" },
  'holds-too-many': { status: 429, title: 'Too many generations run at once' },
  'jobs-too-many': { status: 429, title: 'Too many generations run at once' },
  'rate-limited': { status: 429, title: 'Too many generations in an hour' },
  'plan-required': { status: 403, title: 'The plan does not include this option' },
  'account-closed': { status: 409, title: 'The account is closed' },
  'debt-outstanding': { status: 402, title: 'Credits are owed for a payment that was taken back' },
  'hold-closed': { status: 409, title: 'The idempotency key is used up' },
  'hold-differs': { status: 422, title: 'The idempotency key was used for another request' },
  'app-unknown': { status: 404, title: 'The app is not served here' },
  'catalog-unreachable': { status: 503, title: 'Tools and prices cannot be read just now' },
  'ledger-unreachable': { status: 503, title: 'Credits cannot be held just now' },
};
