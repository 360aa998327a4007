/**
 * What a wake-up leads to: nothing, waiting on, or one attempt. The next wake-up is sent before an attempt's outcome is written, so
 * a pending delivery is never without one; whoever dies in between leaves a lease that runs out.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import { afterAttempt, type Delivery, lookAgainMs, type Outcome, onWakeUp } from '../domain/delivery.ts';
import { type Endpoint, signingVersions } from '../domain/endpoint.ts';
import type { SecretsOf } from '../signing/endpoint-secrets.ts';
import type { DeliveryTable } from '../storage/delivery-table.ts';
import type { EndpointTable } from '../storage/endpoint-table.ts';
import type { CountAttempt } from './metrics.ts';
import type { Post } from './post.ts';
import type { SendWakeUp, WakeUp } from './wake-up.ts';

export interface DeliverDependencies {
  readonly endpoints: Pick<EndpointTable, 'get' | 'switchOff'>;
  readonly deliveries: Pick<DeliveryTable, 'get' | 'claim' | 'progress'>;
  readonly secretsOf: SecretsOf;
  readonly post: Post;
  readonly wake: SendWakeUp;
  readonly logger: Pick<Logger, 'info'>;
  readonly count: CountAttempt;
  readonly now: () => Date;
  readonly random: () => number;
}

/** Longer than an attempt with all it writes; by then its worker is gone, too. */
const leaseMs = 30_000;

/** The receiver is gone for good and says so. */
const gone = 410;

const notSent = (at: Date): Outcome => ({
  attempt: { at: at.toISOString(), error: 'the endpoint is switched off', durationMs: 0 },
  final: true,
});

const attemptOf =
  ({ post, endpoints, logger, now }: DeliverDependencies) =>
  async (claimed: Delivery, endpoint: Endpoint | undefined, secrets: readonly string[]): Promise<Outcome> => {
    if (!endpoint?.active) return notSent(now());
    const { eventId, payload, attempt } = claimed;
    const outcome = await post({ url: endpoint.url, eventId, payload, secrets });
    const { httpStatus, error, durationMs } = outcome.attempt;
    logger.info('webhook sent', { delivery: claimed.id, attempt, status: httpStatus, error, durationMs });
    if (httpStatus !== gone) return outcome;
    await endpoints.switchOff(endpoint, now().toISOString());
    return { ...outcome, final: true };
  };

export const deliver = (dependencies: DeliverDependencies) => {
  const { endpoints, deliveries, secretsOf, wake, count, now, random } = dependencies;
  const makeAttempt = attemptOf(dependencies);
  return async (message: WakeUp): Promise<void> => {
    const delivery = await deliveries.get(message.endpoint, message.delivery);
    if (!delivery) return;
    const at = now();
    const found = onWakeUp(delivery, message.attempt, at);
    if (found.act === 'nothing') return;
    if (found.act === 'wait') return wake(message, found.ms);

    // Before the claim: an attempt that cannot even be signed is none.
    const endpoint = await endpoints.get(delivery.app, delivery.endpoint);
    const secrets = endpoint ? await secretsOf(endpoint, signingVersions(endpoint, at.toISOString())) : [];
    const leaseUntil = new Date(at.getTime() + leaseMs).toISOString();
    const claimed = await deliveries.claim(delivery, { leaseUntil, claimId: randomUUID() });
    // Whoever was quicker may yet die of it.
    if (!claimed) return wake(message, lookAgainMs);

    const outcome = await makeAttempt(claimed, endpoint, secrets);
    const progress = afterAttempt(claimed, outcome, now(), random());
    // Of an endpoint that is switched off nothing was tried, and a test says how it went to whoever made it.
    if (endpoint?.active && claimed.type !== 'test.ping')
      count({ failed: outcome.attempt.error !== undefined, givenUp: progress.status === 'failed' });
    if (progress.dueAt)
      await wake({ ...message, attempt: claimed.attempt }, Date.parse(progress.dueAt) - now().getTime());
    await deliveries.progress(claimed, progress);
  };
};
