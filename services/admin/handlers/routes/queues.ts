/** What waits in the deployment's queues, and giving dead letters again: /v1/operator/queues, …/{name}/messages, …/{name}/redrive */
import { type Input, refuse } from '#shared/http/route.ts';
import type { DeploymentQueue } from '#shared/operations/queues/find-queues.ts';
import type { DeploymentQueues } from '../../queues/deployment-queues.ts';
import { viewOfDeadLetter, viewOfQueue, viewOfRedrive } from '../../queues/views.ts';
import type { routes } from '../../routes.ts';

export interface QueueDependencies {
  readonly queues: DeploymentQueues;
}

const most = 10;
/** Each look takes a second or two; they are made at the same time. */
const mostLookedInto = 20;

const find = async ({ queues }: QueueDependencies, name: string) => {
  const all = await queues.list();
  return { all, queue: all.find((queue) => queue.name === name) };
};

const notDeadLetters = ({ givesUp }: DeploymentQueue) =>
  refuse('queue-not-dead-letters', givesUp ? { detail: `What it gives up on is in ${givesUp.to}.` } : {});

export const listQueues =
  ({ queues }: QueueDependencies) =>
  async ({ at }: Input<typeof routes.listQueues>) => {
    const all = await queues.list();
    const waiting = all.filter(({ isDeadLetters, waiting }) => isDeadLetters && waiting > 0).slice(0, mostLookedInto);
    const ages = new Map(
      await Promise.all(
        waiting.map(async (queue) => {
          const sent = (await queues.look(queue, most)).map(({ sentAt }) => sentAt);
          const age = sent.length > 0 ? Math.floor((Date.parse(at) - Math.min(...sent)) / 1_000) : undefined;
          return [queue.name, age === undefined ? undefined : Math.max(0, age)] as const;
        }),
      ),
    );
    return { status: 200, body: { data: all.map((queue) => viewOfQueue(queue, ages.get(queue.name))) } } as const;
  };

export const showDeadLetters =
  (dependencies: QueueDependencies) =>
  async ({ path }: Input<typeof routes.showDeadLetters>) => {
    const { queue } = await find(dependencies, path.name);
    if (!queue) return refuse('queue-unknown');
    if (!queue.isDeadLetters) return notDeadLetters(queue);
    const letters = await dependencies.queues.look(queue, most);
    return {
      status: 200,
      body: { queue: queue.name, waiting: queue.waiting, data: letters.map(viewOfDeadLetter) },
    } as const;
  };

export const redriveQueue =
  (dependencies: QueueDependencies) =>
  async ({ path }: Input<typeof routes.redriveQueue>) => {
    const { queues } = dependencies;
    const { all, queue } = await find(dependencies, path.name);
    if (!queue) return refuse('queue-unknown');
    if (!queue.isDeadLetters) return notDeadLetters(queue);
    if (queue.sources.length === 0)
      return refuse('queue-of-stream', {
        detail: 'Their records are read from the stream by a command: npm run queues -- redrive.',
      });
    const before = await queues.running(queue);
    if (before) return { status: 202, body: viewOfRedrive(queue, before) } as const;
    // Rules and schedules put messages here past the queue, and SQS would not know where to: it is told.
    const [source, ...others] = queue.sources;
    const to = others.length === 0 ? all.find(({ url }) => url === source)?.arn : undefined;
    try {
      await queues.move(queue, to);
    } catch (error) {
      // Somebody else was quicker: SQS runs one task a queue.
      const meanwhile = await queues.running(queue);
      if (!meanwhile) throw error;
      return { status: 202, body: viewOfRedrive(queue, meanwhile) } as const;
    }
    return { status: 202, body: viewOfRedrive(queue, undefined) } as const;
  };
