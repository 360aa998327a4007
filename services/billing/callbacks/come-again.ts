/** A callback that cannot be applied now comes again: soon at first, then every half an hour, so that a provider may be away for six hours. */
import { SourceUnavailable } from '#shared/last-good.ts';
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { ShowAgain } from '#shared/messaging/show-again.ts';
import { ProviderFailure } from '../providers/provider.ts';
import type { CallbackMessage } from './callback-message.ts';
import { firstPauses, laterPause, maxReceives } from './pauses.ts';

/** The parts of an SQS record that matter here. */
export interface Delivery {
  readonly receiptHandle: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

export interface ComeAgainDeps {
  readonly apply: (message: CallbackMessage) => Promise<void>;
  readonly show: ShowAgain;
  /** Counts one of what alarms watch. */
  readonly count: (alarm: string) => void;
}

/** All else is no matter of time: it comes again by the queue's own visibility time-out. */
const isForNow = (error: unknown): error is Error =>
  error instanceof ComesAgain ||
  error instanceof SourceUnavailable ||
  (error instanceof ProviderFailure && error.kind === 'unavailable');

/** @throws ComesAgain while it has to wait. @throws whatever else keeps it from being applied, the last time also that. */
export const comeAgain =
  ({ apply, show, count }: ComeAgainDeps) =>
  async (message: CallbackMessage, { receiptHandle, attributes }: Delivery): Promise<void> => {
    try {
      await apply(message);
    } catch (error) {
      const receives = Number(attributes.ApproximateReceiveCount);
      if (!isForNow(error) || receives >= maxReceives) throw error;
      const soon = firstPauses[receives - 1];
      if (soon === undefined) count('CallbacksWaiting');
      const pause = soon ?? laterPause;
      await show(receiptHandle, pause);
      throw new ComesAgain(`${error.message}: tried again in ${pause} s`);
    }
  };
