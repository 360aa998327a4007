/** The operators' commands over dead-letter queues: `list`, `show`, `redrive`. */
import { count } from '../columns.ts';
import { explain } from '../explain.ts';
import { OperatorError } from '../operator-error.ts';
import type { Output } from '../output.ts';
import { runCommand } from '../run-command.ts';
import { connect, type Deployment } from './connect.ts';
import { type DeadLetter, lookInto } from './dead-letters.ts';
import { type DeadLetterQueue, findQueue, findQueues } from './find-queues.ts';
import { type QueuesOptions, readOptions, usage } from './options.ts';
import { type Done, redrive } from './redrive.ts';
import { type Listed, letterJson, listReport, pointedAt, showReport, wayBack } from './reports.ts';

type Options<Command extends QueuesOptions['command']> = Extract<QueuesOptions, { readonly command: Command }>;

/** Of each queue, for its age: the oldest of so many. */
const lookedAt = 50;

const list = async (
  { sqs, prefix }: Deployment,
  { json }: Options<'list'>,
  output: Output,
  now: number,
): Promise<number> => {
  const listed: Listed[] = [];
  for (const queue of await findQueues(sqs, prefix)) {
    const seen = queue.waiting > 0 ? await lookInto(sqs, queue.url, Math.min(queue.waiting, lookedAt)) : [];
    listed.push({ queue, oldestSentAt: seen.length > 0 ? Math.min(...seen.map(({ sentAt }) => sentAt)) : undefined });
  }
  if (listed.length === 0) throw new OperatorError(`there are no dead-letter queues${prefix && ` of ${prefix}…`}`);
  output.print(json ? JSON.stringify(listed, undefined, 2) : listReport(listed, now));
  return listed.some(({ queue }) => queue.waiting + queue.held > 0) ? 1 : 0;
};

const show = async ({ sqs, prefix }: Deployment, { queue: named, max, json }: Options<'show'>, output: Output) => {
  const queue = findQueue(await findQueues(sqs, prefix), named);
  const letters = await lookInto(sqs, queue.url, Math.min(max, queue.waiting));
  output.print(json ? JSON.stringify(letters.map(letterJson), undefined, 2) : showReport(queue, letters));
  return 0;
};

/** What became of one message, when it is more than that it was sent. */
const complaintOf = ({ id, pointer }: DeadLetter, done: Done, forgetGone: boolean): string | undefined => {
  const about = pointer ? pointedAt(pointer) : '';
  switch (done.outcome) {
    case 'sent':
    case 'handled':
      return undefined;
    case 'gone':
      return `${id}: the stream no longer has these; ${forgetGone ? 'removed' : 'left'}\n    ${about}`;
    case 'failed':
      return `${id}: left, for the function did not take it: ${done.why}\n    ${about}`;
    case 'unknown':
      return `${id}: left, for it came from no queue and points to no stream`;
  }
};

const dryRun = async ({ sqs }: Deployment, queue: DeadLetterQueue, max: number, output: Output): Promise<number> => {
  const letters = await lookInto(sqs, queue.url, max);
  if (letters.length > 0) output.print(showReport(queue, letters));
  output.print(`would give ${count(letters.length, 'message')} ${wayBack(queue)}`);
  return 0;
};

const redriveQueue = async (deployment: Deployment, options: Options<'redrive'>, output: Output): Promise<number> => {
  const { sqs, prefix } = deployment;
  const queue = findQueue(await findQueues(sqs, prefix), options.queue);
  if (queue.sources.length > 1) throw new OperatorError(`${queue.name} takes from several queues: ${wayBack(queue)}`);
  // Those that fail again come back: without a bound they would be sent round and round.
  const max = Math.min(options.max ?? Number.POSITIVE_INFINITY, queue.waiting);
  if (options.dryRun) return dryRun(deployment, queue, max, output);
  const { forgetGone } = options;
  let [given, left] = [0, 0];
  const told = () => `${count(given, 'message')} given ${wayBack(queue)}${left > 0 ? `, ${left} not` : ''}`;
  try {
    await redrive(deployment, queue, {
      max,
      forgetGone,
      onDone: (letter, done) => {
        const complaint = complaintOf(letter, done, forgetGone);
        if (complaint === undefined) given += 1;
        else left += 1;
        if (complaint !== undefined) output.complain(complaint);
        output.progress(`${told()}, of ${max}`);
      },
    });
  } finally {
    output.progress(undefined);
    output.print(told());
  }
  return left === 0 ? 0 : 1;
};

const perform = (
  deployment: Deployment,
  options: Exclude<QueuesOptions, { command: 'help' }>,
  output: Output,
  now: number,
) => {
  switch (options.command) {
    case 'list':
      return list(deployment, options, output, now);
    case 'show':
      return show(deployment, options, output);
    case 'redrive':
      return redriveQueue(deployment, options, output);
  }
};

/** Runs one command. Answers the exit code: 0, 1 when something waits or was left, 2 when the command could not run. */
export const runQueues = (args: readonly string[], output: Output, now = Date.now()): Promise<number> =>
  runCommand(
    {
      name: 'queues',
      usage,
      readOptions,
      connect: ({ where }: Exclude<QueuesOptions, { command: 'help' }>) => connect(where),
      perform: (deployment, options) => perform(deployment, options, output, now),
      explain: (error, { place }) => explain(error, { place, tables: [] }),
    },
    args,
    output,
  );
