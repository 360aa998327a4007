/** SQS's message move tasks: a dead-letter queue's messages go back to where they came from, or to where the task says. Played at once. */
import { randomUUID } from 'node:crypto';
import { recordOf, textOf } from '../iam/request.ts';
import { AwsError } from './answer.ts';
import { type Fauxqs, sentAnew } from './fauxqs.ts';

type Store = Fauxqs['sqs'];
type Queue = NonNullable<ReturnType<Store['getQueueByArn']>>;

interface Task {
  readonly TaskHandle: string;
  readonly Status: 'COMPLETED' | 'FAILED';
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly StartedTimestamp: number;
  readonly FailureReason?: string;
}

const target = (queue: Queue): string =>
  textOf(recordOf(JSON.parse(queue.getAttribute('RedrivePolicy') ?? '{}')).deadLetterTargetArn);

const holdSeconds = 60;

/** `MaxResults` of AWS is 10. */
const keptTasks = 10;

export interface MessageMoves {
  start(body: Readonly<Record<string, unknown>>): { readonly TaskHandle: string };
  list(body: Readonly<Record<string, unknown>>): { readonly Results: readonly Omit<Task, 'TaskHandle'>[] };
}

export function createMessageMoves(sqs: Store): MessageMoves {
  const tasks = new Map<string, Task[]>();

  function queueOf(arn: string): Queue {
    const queue = sqs.getQueueByArn(arn);
    if (!queue) throw new AwsError('ResourceNotFoundException', 'The resource that you specified does not exist.');
    return queue;
  }

  function destination(source: Queue, given: string): Queue {
    if (given) return queueOf(given);
    const [only, ...others] = [...sqs.allQueues()].filter((queue) => target(queue) === source.arn);
    // AWS remembers of each message which queue gave up on it; that is not kept here.
    if (!only || others.length > 0)
      throw new AwsError('InvalidParameterValue', 'The local account needs a DestinationArn to move these messages.');
    return only;
  }

  function move(from: Queue, to: Queue, count: number): number {
    let moved = 0;
    while (moved < count) {
      const taken = from.dequeue(Math.min(10, count - moved), holdSeconds);
      if (taken.length === 0) break;
      for (const { ReceiptHandle } of taken) {
        const held = from.inflightMessages.get(ReceiptHandle);
        if (held) to.enqueue(sentAnew(held.message));
        from.deleteMessage(ReceiptHandle);
      }
      moved += taken.length;
    }
    return moved;
  }

  return {
    start(body) {
      const source = queueOf(textOf(body.SourceArn));
      if (![...sqs.allQueues()].some((queue) => target(queue) === source.arn))
        throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
      const to = destination(source, textOf(body.DestinationArn));
      const count = source.inspectMessages().ready.length;
      const moved = move(source, to, count);
      const task: Task = {
        TaskHandle: randomUUID(),
        Status: 'COMPLETED',
        SourceArn: source.arn,
        DestinationArn: to.arn,
        ApproximateNumberOfMessagesMoved: moved,
        ApproximateNumberOfMessagesToMove: count,
        StartedTimestamp: Date.now(),
      };
      tasks.set(source.arn, [task, ...(tasks.get(source.arn) ?? [])].slice(0, keptTasks));
      return { TaskHandle: task.TaskHandle };
    },
    list(body) {
      const { arn } = queueOf(textOf(body.SourceArn));
      const found = (tasks.get(arn) ?? []).slice(0, Number(body.MaxResults ?? 1));
      // A handle is told of running tasks alone.
      return { Results: found.map(({ TaskHandle: _handle, ...task }) => task) };
    },
  };
}
