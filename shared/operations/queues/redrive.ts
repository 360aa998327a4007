/**
 * Gives what waits in a dead-letter queue to its consumer again. A message is deleted only when the queue or the function has
 * taken it: a run that breaks off loses nothing, and what it had just done is done again by the next.
 */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Deployment } from './connect.ts';
import { type DeadLetter, putBack, receive, remove } from './dead-letters.ts';
import type { DeadLetterQueue } from './find-queues.ts';
import { type Replayed, replayRecords } from './replay-records.ts';

export type Done =
  | { readonly outcome: 'sent' }
  /** It neither came from a queue nor points to a stream's records. */
  | { readonly outcome: 'unknown' }
  | Replayed;

export interface RedriveOptions {
  readonly max: number;
  /** Also deletes messages whose records are gone. */
  readonly forgetGone: boolean;
  readonly onDone: (letter: DeadLetter, done: Done) => void;
}

type Clients = Pick<Deployment, 'sqs' | 'streams' | 'lambda'>;

const send = async ({ sqs }: Clients, url: string, { body, attributes, groupId }: DeadLetter): Promise<Done> => {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: body,
      MessageAttributes: attributes,
      ...(groupId ? { MessageGroupId: groupId } : {}),
    }),
  );
  return { outcome: 'sent' };
};

const giveAgain = async (clients: Clients, source: string | undefined, letter: DeadLetter): Promise<Done> => {
  if (source !== undefined) return send(clients, source, letter);
  return letter.pointer ? replayRecords(clients, letter.pointer) : { outcome: 'unknown' };
};

const isOver = ({ outcome }: Done, forgetGone: boolean): boolean =>
  outcome === 'sent' || outcome === 'handled' || (outcome === 'gone' && forgetGone);

/** @param queue has one source at most. What is not done with stays, and can be received again at once when this ends. */
export const redrive = async (
  clients: Clients,
  queue: DeadLetterQueue,
  { max, forgetGone, onDone }: RedriveOptions,
): Promise<void> => {
  const { sqs } = clients;
  const [source] = queue.sources;
  const left = new Set<DeadLetter>();
  try {
    for await (const letters of receive(sqs, queue.url, max, 'redrive')) {
      for (const letter of letters) left.add(letter);
      for (const letter of letters) {
        const done = await giveAgain(clients, source, letter);
        if (isOver(done, forgetGone)) {
          await remove(sqs, queue.url, letter);
          left.delete(letter);
        }
        onDone(letter, done);
      }
    }
  } finally {
    await putBack(sqs, queue.url, [...left]);
  }
};
