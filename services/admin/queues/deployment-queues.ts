/** The deployment's queues: what waits in each, a look into dead letters, and moving them back. */
import { ListMessageMoveTasksCommand, type SQSClient, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { type DeadLetter, lookInto } from '#shared/operations/queues/dead-letters.ts';
import { type DeploymentQueue, readQueues } from '#shared/operations/queues/find-queues.ts';

export interface MoveTask {
  readonly messages: number;
  readonly moved: number;
}

export interface DeploymentQueues {
  list(): Promise<readonly DeploymentQueue[]>;
  /** Up to `max` messages, which stay. */
  look(queue: DeploymentQueue, max: number): Promise<readonly DeadLetter[]>;
  /** The task that moves its messages just now. */
  running(queue: DeploymentQueue): Promise<MoveTask | undefined>;
  /** Begins to move a dead-letter queue's messages to the queue they came from. */
  move(queue: DeploymentQueue, to: string | undefined): Promise<void>;
}

/** Tasks are told of newest first; one at most runs. */
const running = new Set(['RUNNING', 'CANCELLING']);

export const deploymentQueues = (client: SQSClient, prefix: string): DeploymentQueues => ({
  list: () => readQueues(client, prefix),
  look: ({ url, waiting }, max) => lookInto(client, url, Math.min(max, waiting)),
  async running({ arn }) {
    const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 1 }));
    const [newest] = Results;
    if (!newest || !running.has(newest.Status ?? '')) return undefined;
    return {
      messages: newest.ApproximateNumberOfMessagesToMove ?? 0,
      moved: newest.ApproximateNumberOfMessagesMoved ?? 0,
    };
  },
  async move({ arn }, to) {
    await client.send(
      new StartMessageMoveTaskCommand({ SourceArn: arn, ...(to === undefined ? {} : { DestinationArn: to }) }),
    );
  },
});
