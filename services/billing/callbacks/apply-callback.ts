/** The worker behind the ingress: applies what a callback tells, and writes down what became of it. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Applied, type ApplyFact, ofAnotherApp } from './applied.ts';
import type { CallbackLog } from './callback-log.ts';
import type { CallbackMessage } from './callback-message.ts';

export interface ApplyCallbackDeps {
  readonly applyFact: ApplyFact;
  readonly log: Pick<CallbackLog, 'conclude' | 'dropBody'>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  /** Counts one of what alarms watch. */
  readonly count: (alarm: string) => void;
}

/** The weakest first. */
const strengths: readonly Applied['outcome'][] = ['ignored', 'handled', 'unmatched', 'mismatched'];

/** Of several facts: the strongest outcome, with the first owner and payment that any of them leads to. */
const together = (applied: readonly Applied[]): Applied => {
  const outcome = strengths.findLast((strength) => applied.some((one) => one.outcome === strength)) ?? 'ignored';
  const why = applied.find((one) => one.outcome === outcome)?.why;
  const owner = applied.find((one) => one.owner)?.owner;
  const paymentId = applied.find((one) => one.paymentId !== undefined)?.paymentId;
  return {
    outcome,
    ...(why === undefined ? {} : { why }),
    ...(owner ? { owner } : {}),
    ...(paymentId === undefined ? {} : { paymentId }),
  };
};

/** The name of what alarms watch; nothing where all is well. */
const alarmOf = ({ outcome, why }: Applied): string | undefined => {
  switch (outcome) {
    case 'ignored':
    case 'handled':
      return undefined;
    case 'unmatched':
      return 'CallbacksUnmatched';
    case 'mismatched':
      return why === 'subscription-other' ? 'SubscriptionsDuplicated' : 'PaymentsMismatched';
  }
};

/**
 * Done twice it is done once, and rings once.
 *
 * @throws whatever keeps a fact from being applied now: the message comes again.
 */
export const applyCallback =
  ({ applyFact, log, logger, count }: ApplyCallbackDeps) =>
  async ({ app, id, provider, facts, correlationId }: CallbackMessage): Promise<void> => {
    const meta = { actor: `system:${provider}`, correlationId, causationId: id };
    const applied: Applied[] = [];
    for (const fact of facts) applied.push(await applyFact(app, provider, fact, meta));
    const { why, ...what } = together(applied);
    // Of what another app's users do nothing is kept here.
    if (applied.every((one) => one.why === ofAnotherApp.why)) await log.dropBody(app, id);
    const before = await log.conclude(app, id, what);
    const about = { app, provider, callback: id, outcome: what.outcome, why, paymentId: what.paymentId, correlationId };
    const alarms = new Set(applied.map(alarmOf).filter((alarm) => alarm !== undefined));
    if (before !== what.outcome) for (const alarm of alarms) count(alarm);
    if (alarms.size > 0) logger.error('callback for people to look at', about);
    else logger.info('callback applied', about);
  };
