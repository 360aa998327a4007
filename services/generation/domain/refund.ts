/** A completed job's charge goes back: all of it, once for ever, whoever asks and however often. The ledger, which made the charge, hears of it by the event. */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import type { JobDecision } from './job.ts';
import type { RefundJob } from './job-commands.ts';
import { isImported, type Job, type Refund } from './job-state.ts';

export interface Charge {
  readonly cost: number;
  readonly refunded?: Refund | undefined;
}

/** What a job was charged, also of one that its owner removed; nothing of one that was not, or not yet. */
export const chargeOf = (job: Job): Charge | undefined => {
  if (job.status === 'completed') return job;
  return job.status === 'removed' && job.ended.status === 'completed' ? job.ended : undefined;
};

export const refund = ({ at, reason }: RefundJob, job: Job): JobDecision => {
  if (job.status === 'pending') return reject('job-not-found');
  const charge = chargeOf(job);
  if (charge?.refunded) return accept();
  // What was charged elsewhere is in the balance that came from there.
  if (!charge || charge.cost === 0 || isImported(job)) return reject('job-not-charged');
  return accept({ type: 'JobRefunded', credits: charge.cost, reason, at });
};
