/** What a route answers while a provider, or what we read of the app, fails. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Refusal, refuse } from '#shared/http/route.ts';
import { SourceUnavailable } from '#shared/last-good.ts';
import type { BillingRejection } from '../../problems.ts';
import { ProviderFailure } from '../../providers/provider.ts';

const retryAfterSeconds = 5;

type SourceFault = Extract<
  BillingRejection,
  'unavailable' | 'provider-unavailable' | 'provider-refused' | 'idempotency-mismatch'
>;

const refusalOf = (failure: ProviderFailure): Refusal<SourceFault> => {
  switch (failure.kind) {
    case 'unavailable':
      return refuse('provider-unavailable', { retryAfterSeconds: failure.retryAfterSeconds ?? retryAfterSeconds });
    case 'key-taken':
      return refuse('idempotency-mismatch', { detail: 'The first request under the key had other fields.' });
    case 'refused':
    case 'unknown-there':
      return refuse('provider-refused');
  }
};

/** The provider's own words are for the log alone. */
export const withSourceFaults =
  (logger: Pick<Logger, 'error' | 'warn'>) =>
  <In, Out>(handler: (input: In) => Promise<Out>) =>
  async (input: In): Promise<Out | Refusal<SourceFault>> => {
    try {
      return await handler(input);
    } catch (error) {
      if (error instanceof SourceUnavailable) return refuse('unavailable', { retryAfterSeconds });
      if (!(error instanceof ProviderFailure)) throw error;
      const facts = { kind: error.kind, failure: error.message };
      if (error.kind === 'unavailable') logger.warn('payment provider unavailable', facts);
      else logger.error('payment provider refused', facts);
      return refusalOf(error);
    }
  };
