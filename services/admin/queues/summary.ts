/**
 * How full the deployment's queues are, in three numbers; read again after some seconds, for it takes a call a queue. Of all apps together,
 * for SQS does not count by app; without ages, for whoever looks at a message takes it away from its consumer for a moment.
 */
import { lastGood } from '#shared/last-good.ts';
import type { DeploymentQueues } from './deployment-queues.ts';

export interface QueueSummary {
  readonly waiting: number;
  readonly in_flight: number;
  readonly dead_letters: number;
  /** When they were read. */
  readonly at: string;
}

const age = { maxAgeMs: 15_000, cooldownMs: 5_000, emptyCooldownMs: 1_000, keepMs: 60_000, loadLimitMs: 8_000 };

export const queueSummary = (
  queues: Pick<DeploymentQueues, 'list'>,
  now: () => Date,
): (() => Promise<QueueSummary>) => {
  const known = lastGood({
    ...age,
    load: async (): Promise<QueueSummary> => {
      const all = await queues.list();
      const total = (of: typeof all, what: 'waiting' | 'held') => of.reduce((sum, queue) => sum + queue[what], 0);
      const work = all.filter(({ isDeadLetters }) => !isDeadLetters);
      const dead = all.filter(({ isDeadLetters }) => isDeadLetters);
      return {
        waiting: total(work, 'waiting'),
        in_flight: total(work, 'held'),
        dead_letters: total(dead, 'waiting') + total(dead, 'held'),
        at: now().toISOString(),
      };
    },
  });
  return () => known.read();
};
