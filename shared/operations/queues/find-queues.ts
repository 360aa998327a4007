/** The dead-letter queues of a deployment, each with the queues whose messages it takes. */
import { GetQueueAttributesCommand, paginateListQueues, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { OperatorError } from '../operator-error.ts';

export interface DeadLetterQueue {
  readonly name: string;
  readonly url: string;
  /** What can be received now, and what somebody holds or what is delayed. SQS counts approximately. */
  readonly waiting: number;
  readonly held: number;
  /** URLs of the queues that give up on messages into this one; none where a stream's consumer does. */
  readonly sources: readonly string[];
}

const count = z.coerce.number().int().min(0).default(0);
const attributes = z.object({
  QueueArn: z.string(),
  RedrivePolicy: z.string().optional(),
  ApproximateNumberOfMessages: count,
  ApproximateNumberOfMessagesNotVisible: count,
  ApproximateNumberOfMessagesDelayed: count,
});
const redrivePolicy = z.object({ deadLetterTargetArn: z.string() });

/** Of queries for queues' attributes. */
const atOnce = 10;
/** A deployment has dozens. */
const mostQueues = 1_000;

const nameOf = (url: string): string => url.split('/').pop() ?? '';

const readQueue = async (sqs: SQSClient, url: string) => {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
  return { url, ...attributes.parse(Attributes ?? {}) };
};

const listUrls = async (sqs: SQSClient, prefix: string): Promise<string[]> => {
  const urls: string[] = [];
  const query = prefix ? { QueueNamePrefix: prefix } : {};
  for await (const { QueueUrls = [] } of paginateListQueues({ client: sqs, pageSize: mostQueues }, query)) {
    urls.push(...QueueUrls);
    if (urls.length > mostQueues)
      throw new OperatorError(`there are more than ${mostQueues} queues: give a longer --prefix`);
  }
  return urls;
};

/** By name. */
export const findQueues = async (sqs: SQSClient, prefix: string): Promise<DeadLetterQueue[]> => {
  const urls = await listUrls(sqs, prefix);
  const queues: Awaited<ReturnType<typeof readQueue>>[] = [];
  for (let i = 0; i < urls.length; i += atOnce)
    queues.push(...(await Promise.all(urls.slice(i, i + atOnce).map((url) => readQueue(sqs, url)))));
  const sourcesOf = (arn: string) =>
    queues.filter(
      ({ RedrivePolicy: policy }) => policy && redrivePolicy.parse(JSON.parse(policy)).deadLetterTargetArn === arn,
    );
  return queues
    .map((queue) => ({
      name: nameOf(queue.url),
      url: queue.url,
      waiting: queue.ApproximateNumberOfMessages,
      held: queue.ApproximateNumberOfMessagesNotVisible + queue.ApproximateNumberOfMessagesDelayed,
      sources: sourcesOf(queue.QueueArn).map(({ url }) => url),
    }))
    .filter(({ name, sources }) => sources.length > 0 || name.includes('DeadLetters'))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
};

/** @throws OperatorError when none or several are meant. */
export const findQueue = (queues: readonly DeadLetterQueue[], named: string): DeadLetterQueue => {
  const exact = queues.filter(({ name }) => name === named);
  const found = exact.length > 0 ? exact : queues.filter(({ name }) => name.includes(named));
  const [only, ...others] = found;
  if (!only) throw new OperatorError(`no dead-letter queue is named "${named}"; "list" names them`);
  if (others.length > 0)
    throw new OperatorError(`"${named}" is in several names: ${found.map(({ name }) => name).join(', ')}`);
  return only;
};
