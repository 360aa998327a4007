/** What the commands over dead-letter queues print. */
import { count } from '../columns.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { DeadLetterQueue } from './find-queues.ts';

const shownBody = 2_000;

const nameOf = (urlOrArn: string): string => urlOrArn.split(/[/:]/).pop() ?? '';
const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const minute = 60_000;
/** @example age(90 * 60_000) // '1 h' */
export const age = (ms: number): string => {
  const minutes = Math.max(0, Math.floor(ms / minute));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} days`;
};

/** Where its messages go again. */
export const wayBack = ({ sources }: DeadLetterQueue): string =>
  sources.length === 0 ? "to a stream's consumer" : `to ${sources.map(nameOf).join(', ')}`;

export interface Listed {
  readonly queue: DeadLetterQueue;
  /** Milliseconds since 1970, of those that were looked at. */
  readonly oldestSentAt: number | undefined;
}

export const listReport = (listed: readonly Listed[], now: number): string => {
  const busy = listed.filter(({ queue }) => queue.waiting + queue.held > 0);
  if (busy.length === 0) return `${count(listed.length, 'dead-letter queue')}, all empty`;
  const lines = busy.map(({ queue, oldestSentAt }) => {
    const since = oldestSentAt === undefined ? '' : `, oldest ${age(now - oldestSentAt)}`;
    const held = queue.held > 0 ? `, ${queue.held} held` : '';
    return `${queue.name}\n  ${count(queue.waiting, 'message')}${held}${since}; redrive gives them ${wayBack(queue)}`;
  });
  const empty = listed.length - busy.length;
  return [...lines, `${count(busy.length, 'dead-letter queue')} with messages, ${empty} without`].join('\n');
};

export const pointedAt = ({ requestContext, DDBStreamBatchInfo: info }: NonNullable<DeadLetter['pointer']>): string => {
  const [, table = info.streamArn] = /:table\/([^/]+)\/stream\//.exec(info.streamArn) ?? [];
  const arrived = `${info.approximateArrivalOfFirstRecord} to ${info.approximateArrivalOfLastRecord}`;
  return [
    `${count(info.batchSize, 'record')} of the table ${table} for ${nameOf(requestContext.functionArn)}`,
    `shard ${info.shardId}, ${info.startSequenceNumber} to ${info.endSequenceNumber}, arrived ${arrived}`,
  ].join('\n    ');
};

/** Why it is here, as far as the message tells. */
export const reasonOf = ({ pointer, attributes, received }: DeadLetter): string => {
  if (pointer) {
    const { condition, approximateInvokeCount } = pointer.requestContext;
    return `${condition} after ${count(approximateInvokeCount, 'attempt')}`;
  }
  // EventBridge says so of events that it could not deliver.
  const error = attributes.ERROR_CODE?.StringValue;
  if (error) return [error, attributes.ERROR_MESSAGE?.StringValue].filter(Boolean).join(': ');
  return `received ${count(received, 'time')}`;
};

const letterReport = (letter: DeadLetter): string => {
  const { id, sentAt, groupId, body, pointer } = letter;
  const head = `${id}  sent ${moment(sentAt)}${groupId ? `  group ${groupId}` : ''}`;
  const cut =
    body.length > shownBody ? `${body.slice(0, shownBody)}… (${body.length} characters; --json shows all)` : body;
  return [head, `  ${reasonOf(letter)}`, `    ${pointer ? pointedAt(pointer) : cut}`].join('\n');
};

export const showReport = (queue: DeadLetterQueue, letters: readonly DeadLetter[]): string => {
  if (letters.length === 0)
    return `${queue.name}: nothing can be received now${queue.held > 0 ? `, ${queue.held} held` : ''}`;
  const more = queue.waiting > letters.length ? [`… of about ${queue.waiting}`] : [];
  return [...letters.map(letterReport), ...more].join('\n');
};

export const letterJson = ({ receiptHandle: _handle, attributes, ...letter }: DeadLetter) => ({
  ...letter,
  sentAt: new Date(letter.sentAt).toISOString(),
  attributes: Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])),
  reason: reasonOf({ receiptHandle: '', attributes, ...letter }),
});
