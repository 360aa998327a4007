/**
 * Fair queues: a standard queue whose messages name groups gives the next message of a group that has few in flight before one of
 * a group that has many, so that nobody waits for another's backlog. The backend knows groups in FIFO queues only. AWS begins
 * with this when a group has become noisy; here it holds always.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
import type { Fauxqs } from './fauxqs.ts';

type Queue = NonNullable<ReturnType<Fauxqs['sqs']['getQueueByName']>>;
interface Grouped {
  readonly messageGroupId?: string | undefined;
}

/** The backend's own list, which it takes messages from at the front. */
const waiting = (queue: Queue): Grouped[] => Reflect.get(queue, 'messages') as Grouped[];

/** Each message's turn: how many of its group are in flight or wait before it. */
const turns = (messages: readonly Grouped[], inFlight: readonly { readonly message: Grouped }[]): number[] => {
  const taken = new Map<string, number>();
  const take = ({ messageGroupId }: Grouped): number => {
    if (messageGroupId === undefined) return 0;
    const turn = taken.get(messageGroupId) ?? 0;
    taken.set(messageGroupId, turn + 1);
    return turn;
  };
  for (const { message } of inFlight) take(message);
  return messages.map(take);
};

/** Puts the messages that wait into a fair order whenever some are taken. */
export const makeFair = (queue: Queue): void => {
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (...how) => {
    const messages = waiting(queue);
    if (messages.some(({ messageGroupId }) => messageGroupId !== undefined)) {
      const turnOf = turns(messages, queue.inspectMessages().inflight);
      const order = messages.map((_, index) => index).sort((a, b) => (turnOf[a] ?? 0) - (turnOf[b] ?? 0) || a - b);
      messages.splice(0, messages.length, ...order.flatMap((index) => messages[index] ?? []));
    }
    return dequeue(...how);
  };
};
