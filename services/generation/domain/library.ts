/** What an owner does with a job of theirs: give it a name, mark it, remove it. None of it touches how it ran or what it cost. */
import { accept, reject } from '#shared/eventsourcing/decider.ts';
import type { JobDecision } from './job.ts';
import type { FavourJob, RenameJob } from './job-commands.ts';
import { isEnded, isKnown, type Job, type KnownJob } from './job-state.ts';

/** Every change is an event that stays. */
const maxChanges = 200;
const isWornOut = ({ changes = 0 }: KnownJob): boolean => changes >= maxChanges;

export const rename = ({ title }: RenameJob, job: Job): JobDecision => {
  if (!isKnown(job)) return reject('job-not-found');
  if (job.title === title) return accept();
  return isWornOut(job) ? reject('changes-too-many') : accept({ type: 'JobRenamed', title });
};

/** Says how it shall be, not that it shall change: done twice, it is the same. */
export const favour = ({ favourite }: FavourJob, job: Job): JobDecision => {
  if (!isKnown(job)) return reject('job-not-found');
  if ((job.favourite ?? false) === favourite) return accept();
  return isWornOut(job) ? reject('changes-too-many') : accept({ type: 'JobFavoured', favourite });
};

export const remove = (job: Job): JobDecision => {
  if (!isKnown(job)) return reject('job-not-found');
  return isEnded(job) ? accept({ type: 'JobRemoved' }) : reject('job-running');
};
