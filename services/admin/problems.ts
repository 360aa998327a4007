/** Admin's rejections on the wire. */
import type { ProblemSpec } from '#shared/http/problem.ts';

export type AdminRejection = 'queue-unknown' | 'queue-not-dead-letters' | 'queue-of-stream';

export const problems: Readonly<Record<AdminRejection, ProblemSpec>> = {
  'queue-unknown': { status: 404, title: 'There is no such queue' },
  'queue-not-dead-letters': { status: 409, title: 'The queue is read by a function: it holds no dead letters' },
  'queue-of-stream': { status: 409, title: 'These messages only point to records of a stream' },
};
