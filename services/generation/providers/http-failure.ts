/** What an HTTP answer of a provider means for a job. Adapters that know better (a moderation code in the body) say so themselves. */
import { ProviderError, type ProviderErrorKind } from './provider.ts';
import { inWords, quoted } from './quoted.ts';
import { Refusal } from './refusal.ts';

interface HttpFailure {
  readonly status: number;
  /** The header `retry-after`: seconds, or a date. */
  readonly retryAfter?: string | null | undefined;
  /** Shown to operators only. */
  readonly cause?: unknown;
}

const messages: Readonly<Record<ProviderErrorKind, string>> = {
  transient: 'The provider did not answer.',
  'next-model': 'The provider is busy or has no such model.',
  blocked: 'The provider refused this content.',
  invalid: 'The provider cannot use this request.',
  fatal: 'The provider cannot be used just now.',
};

const kindOf = (status: number): ProviderErrorKind => {
  if (status === 404 || status === 410 || status === 429 || status >= 500) return 'next-model';
  if (status === 401 || status === 402 || status === 403) return 'fatal';
  if (status === 408 || status === 409 || status === 425) return 'transient';
  return 'invalid';
};

/** Pauses that are asked for are kept within an hour. */
const maxPauseSeconds = 3_600;

/** Seconds from a `retry-after`; nothing when it says nothing. */
const retryAfterSecondsOf = (header: string | null | undefined, now = Date.now()): number | undefined => {
  if (!header) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isFinite(seconds) ? Math.min(maxPauseSeconds, Math.max(1, Math.ceil(seconds))) : undefined;
};

/** What comes of a cause into a log. A refusal has seen to that itself. */
const shown = (cause: unknown): unknown =>
  cause === undefined || typeof cause === 'number' || cause instanceof Refusal ? cause : quoted(inWords(cause));

/** A failure of the given kind, in words that a user may read. */
export const providerFailure = (
  kind: ProviderErrorKind,
  options: { retryAfterSeconds?: number | undefined; cause?: unknown } = {},
): ProviderError => {
  const { retryAfterSeconds, cause } = options;
  return new ProviderError(kind, messages[kind], {
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    cause: shown(cause),
  });
};

/** For answers that are no success. */
export const failureOf = ({ status, retryAfter, cause }: HttpFailure): ProviderError =>
  providerFailure(kindOf(status), { retryAfterSeconds: retryAfterSecondsOf(retryAfter), cause: cause ?? status });

/** For what never became an answer: no connection, a time-out, an abort, a body that broke off. */
export const unanswered = (cause: unknown): ProviderError => providerFailure('transient', { cause });

/** For an answer that makes no sense. It may at the next try. */
export const malformed = (cause: unknown): ProviderError =>
  new ProviderError('next-model', "The provider's answer cannot be used.", { cause: shown(cause) });
