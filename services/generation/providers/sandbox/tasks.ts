/**
 * Tasks that last a while and are kept nowhere: what a task makes, and when it began, stand in its id. So a task makes something of
 * the request's numbers alone, not of its pictures.
 */
import * as z from 'zod';
import { ProviderError, type Submitted, type Task, type TaskState, type Tasks } from '../provider.ts';
import { make } from './make.ts';
import { digestOf, type Subject, seedFrom } from './seed.ts';

interface Course {
  /** A stuck one seems to be nearly there by then, for ever. */
  readonly lastsMs: number;
  readonly end: 'done' | 'failed' | 'never';
}

const courses: Readonly<Record<string, Course>> = {
  'sandbox-task': { lastsMs: 1_000, end: 'done' },
  'sandbox-task-fail': { lastsMs: 1_000, end: 'failed' },
  'sandbox-task-stuck': { lastsMs: 10_000, end: 'never' },
};
const most = 90;

export const isTaskModel = (model: string): boolean => Object.hasOwn(courses, model);

const idParts = /^sandbox-(?<began>[0-9a-z]{1,11})-(?<digest>[\w-]{43})$/;

export const submit = (subject: Subject, now: number): Submitted => ({
  status: 'submitted',
  taskId: `sandbox-${now.toString(36)}-${digestOf(subject).toString('base64url')}`,
});

const read = ({ taskId, model }: Pick<Task, 'taskId' | 'model'>) => {
  const { began, digest } = idParts.exec(taskId)?.groups ?? {};
  const course = Object.hasOwn(courses, model) ? courses[model] : undefined;
  if (!course || began === undefined || digest === undefined) return undefined;
  return { course, beganMs: Number.parseInt(began, 36), digest: Buffer.from(digest, 'base64url') };
};

const failed = (kind: 'fatal' | 'next-model', message: string): TaskState => ({
  status: 'failed',
  error: new ProviderError(kind, message),
});

const check = async (task: Task, now: number): Promise<TaskState> => {
  const known = read(task);
  if (!known) return failed('next-model', 'The task is not there.');
  const { course, beganMs, digest } = known;
  const share = Math.max(0, now - beganMs) / course.lastsMs;
  if (course.end === 'never') return { status: 'running', progress: Math.round(Math.min(share, 1) * most) };
  if (share < 1) return { status: 'running', progress: Math.floor(share * 100) };
  if (course.end === 'failed') return failed('fatal', 'The provider failed.');
  const tool = { id: 'task', type: 'GENERATION', output: task.output } as const;
  const subject = { tool, params: {}, inputs: [], instruction: '' };
  const made = await make(subject, seedFrom(digest), task.model, performance.now());
  return { ...made, usage: { ...made.usage, computeMs: course.lastsMs } };
};

/** The URL that it came to was signed, which is all the trust that a stand-in needs. */
const told = z.object({ task_id: z.string().min(1).max(500), over: z.boolean() });

export const tasks = (now: () => number): Tasks => ({
  check: (task) => check(task, now()),
  async readWebhook({ body }) {
    try {
      const { task_id, over } = told.parse(JSON.parse(Buffer.from(body).toString()));
      return { taskId: task_id, isOver: over };
    } catch {
      return undefined;
    }
  },
  async cancel(task) {
    const known = read(task);
    if (!known) return false;
    return known.course.end === 'never' || now() - known.beganMs < known.course.lastsMs;
  },
});
