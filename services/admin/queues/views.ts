/** Queues as operators see them. */
import * as z from 'zod';
import type { DeadLetter } from '#shared/operations/queues/dead-letters.ts';
import type { DeploymentQueue } from '#shared/operations/queues/find-queues.ts';
import { pointedAt, reasonOf } from '#shared/operations/queues/reports.ts';
import type { MoveTask } from './deployment-queues.ts';
import { purposeOf } from './purpose.ts';

const count = z.int().min(0);
const time = z.iso.datetime();

export const queueView = z.object({
  name: z.string(),
  kind: z.enum(['work', 'dead-letters']),
  service: z.string(),
  /** What the queue is called in the service's stack, as in `JobsEnded`. */
  purpose: z.string(),
  /** Approximate, as all that SQS counts. */
  waiting: count,
  /** Held by a function, or not due yet. */
  in_flight: count,
  /**
   * Of a dead-letter queue, from the first of the messages that were looked at. Null of an empty one, and of queues that functions read:
   * looking there would count as a delivery (CloudWatch's ApproximateAgeOfOldestMessage tells of those).
   */
  oldest_age_seconds: count.nullable(),
  gives_up: z.object({ after: count, to: z.string() }).nullable(),
  takes_from: z.array(z.string()),
  /** Whether `redrive` can give its messages again. */
  redrivable: z.boolean(),
});
export const queueList = z.object({ data: z.array(queueView) });

export const deadLetterView = z.object({
  id: z.string(),
  sent_at: time,
  received: count,
  group: z.string().nullable(),
  /** As far as the message tells. */
  reason: z.string(),
  /** Of a stream's consumer: the records that it means. */
  records: z.string().nullable(),
  body: z.string(),
  body_cut: z.boolean(),
});
export const deadLetterList = z.object({
  queue: z.string(),
  waiting: count,
  data: z.array(deadLetterView),
});

export const redriveView = z.object({
  queue: z.string(),
  to: z.array(z.string()),
  status: z.enum(['started', 'running']),
  /** Approximate. */
  messages: count,
  moved: count,
});

const lastPart = (url: string): string => url.split('/').pop() ?? '';
const shownBody = 4_000;

export const viewOfQueue = (
  { name, waiting, held, sources, isDeadLetters, givesUp }: DeploymentQueue,
  oldestAgeSeconds: number | undefined,
): z.input<typeof queueView> => ({
  name,
  kind: isDeadLetters ? 'dead-letters' : 'work',
  ...purposeOf(name),
  waiting,
  in_flight: held,
  oldest_age_seconds: oldestAgeSeconds ?? null,
  gives_up: givesUp ?? null,
  takes_from: sources.map(lastPart),
  redrivable: sources.length > 0,
});

export const viewOfDeadLetter = (letter: DeadLetter): z.input<typeof deadLetterView> => ({
  id: letter.id,
  sent_at: new Date(letter.sentAt).toISOString(),
  received: letter.received,
  group: letter.groupId ?? null,
  reason: reasonOf(letter),
  records: letter.pointer ? pointedAt(letter.pointer) : null,
  body: letter.body.slice(0, shownBody).toWellFormed(),
  body_cut: letter.body.length > shownBody,
});

export const viewOfRedrive = (
  { name, sources, waiting }: DeploymentQueue,
  running: MoveTask | undefined,
): z.input<typeof redriveView> => ({
  queue: name,
  to: sources.map(lastPart),
  status: running ? 'running' : 'started',
  messages: running?.messages ?? waiting,
  moved: running?.moved ?? 0,
});
