/** Tells billing what it has not heard of, as the provider's callbacks would have done. Told twice, it is heard of once. */
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { Applied, ApplyFact } from '../callbacks/applied.ts';
import { ProviderFailure } from '../providers/provider.ts';
import type { Difference } from './compare.ts';

export interface Mended extends Pick<Difference, 'kind' | 'reference' | 'paymentId'> {
  /** `not-now`: something it depends on is not there yet. */
  readonly outcome: Applied['outcome'] | 'not-now';
  readonly why?: string;
}

export interface MendOptions {
  readonly app: string;
  /** Oldest first. */
  readonly differences: readonly Difference[];
  readonly apply: ApplyFact;
  readonly correlationId: string;
  readonly onProgress?: (done: number) => void;
}

/** In the events, whoever ran the command: AWS knows that. */
const actor = 'operator:reconcile';

const applied = async (apply: () => Promise<Applied>): Promise<Pick<Mended, 'outcome' | 'why'>> => {
  try {
    const { outcome, why } = await apply();
    return { outcome, ...(why === undefined ? {} : { why }) };
  } catch (error) {
    const isForNow =
      error instanceof ComesAgain || error instanceof ProviderFailure || error instanceof ContentionError;
    if (!isForNow) throw error;
    return { outcome: 'not-now', why: error.message };
  }
};

/** One after the other, in their order; one that cannot be applied does not keep the others from it. */
export const mend = async (options: MendOptions): Promise<Mended[]> => {
  const { app, differences, apply, correlationId, onProgress } = options;
  const mended: Mended[] = [];
  for (const { kind, reference, paymentId, fact } of differences) {
    if (!fact) continue;
    const became = await applied(() => apply(app, 'stripe', fact, { actor, correlationId }));
    mended.push({ kind, reference, ...(paymentId === undefined ? {} : { paymentId }), ...became });
    onProgress?.(mended.length);
  }
  return mended;
};
