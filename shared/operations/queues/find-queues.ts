/** The queues of a deployment: what waits in each, and which of them take what others gave up on. */
import { GetQueueAttributesCommand, paginateListQueues, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { OperatorError } from '../operator-error.ts';

export interface DeploymentQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  /** What can be received now, and what somebody holds or what is delayed. SQS counts approximately. */
  readonly waiting: number;
  readonly held: number;
  /** URLs of the queues that give up on messages into this one; none where a stream's consumer does. */
  readonly sources: readonly string[];
  /** Takes what others gave up on. */
  readonly isDeadLetters: boolean;
  /** Receives before a message goes to the dead-letter queue of this name. */
  readonly givesUp: { readonly after: number; readonly to: string } | undefined;
}

export type DeadLetterQueue = DeploymentQueue;

const count = z.coerce.number().int().min(0).default(0);
const redrivePolicy = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number().int() }));
const attributes = z.object({
  QueueArn: z.string(),
  RedrivePolicy: redrivePolicy.optional(),
  ApproximateNumberOfMessages: count,
  ApproximateNumberOfMessagesNotVisible: count,
  ApproximateNumberOfMessagesDelayed: count,
});

/** Of queries for queues' attributes. */
const atOnce = 10;
/** A deployment has dozens. */
const mostQueues = 1_000;

const nameOf = (urlOrArn: string): string => urlOrArn.split(/[/:]/).pop() ?? '';

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

/** All of them, by name. */
export const readQueues = async (sqs: SQSClient, prefix: string): Promise<DeploymentQueue[]> => {
  const urls = await listUrls(sqs, prefix);
  const queues: Awaited<ReturnType<typeof readQueue>>[] = [];
  for (let i = 0; i < urls.length; i += atOnce)
    queues.push(...(await Promise.all(urls.slice(i, i + atOnce).map((url) => readQueue(sqs, url)))));
  const sources = Map.groupBy(queues, ({ RedrivePolicy }) => RedrivePolicy?.deadLetterTargetArn);
  return queues
    .map(({ url, QueueArn: arn, RedrivePolicy: policy, ...depth }): DeploymentQueue => {
      const from = (sources.get(arn) ?? []).map((source) => source.url);
      const name = nameOf(url);
      return {
        name,
        url,
        arn,
        waiting: depth.ApproximateNumberOfMessages,
        held: depth.ApproximateNumberOfMessagesNotVisible + depth.ApproximateNumberOfMessagesDelayed,
        sources: from,
        isDeadLetters: from.length > 0 || name.includes('DeadLetters'),
        givesUp: policy && { after: policy.maxReceiveCount, to: nameOf(policy.deadLetterTargetArn) },
      };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
};

/** The dead-letter queues, by name. */
export const findQueues = async (sqs: SQSClient, prefix: string): Promise<DeadLetterQueue[]> =>
  (await readQueues(sqs, prefix)).filter(({ isDeadLetters }) => isDeadLetters);

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
