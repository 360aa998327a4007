/** X6 from the events to the queue: who asks for little does not wait for who asks for much. */
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AccountModel } from '#local/contracts.ts';
import { type Job, jobStream } from '#services/generation/domain/job.ts';
import type { JobEvent } from '#services/generation/domain/job-events.ts';
import { jobHandler } from '#services/generation/handle-job.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { derivedId } from '#shared/ids.ts';
import { type Stack, startStack } from './stack.ts';

/** Nobody works: what is taken from the queue, and when, is for the test to see. */
const withoutWorkers = (model: AccountModel): void => {
  for (const { stack, logicalId, properties } of model.ofType('AWS::Lambda::EventSourceMapping'))
    if (stack === 'TesseraGeneration' && /^(Paying)?WorkConsumer/.test(logicalId)) properties.Enabled = false;
};

const [busy, quiet] = ['busy-user', 'quiet-user'];
let stack: Stack;
let sqs: SQSClient;
beforeAll(async () => {
  stack = await startStack({ editModel: withoutWorkers });
  sqs = new SQSClient(stack.account.operatorConfig);
}, 60_000);
afterAll(async () => {
  sqs.destroy();
  await stack.close();
});

/** No plan lets one user have so many at once: they are put into the stream, as an import would. */
const request = async (user: string, number: number, paying = false): Promise<void> => {
  const handle = jobHandler(dynamoEventStore<Job, JobEvent>(stack.dynamoDb, stack.tables.generation));
  const at = new Date().toISOString();
  const asked = {
    tool: 'lyric-generation',
    params: { theme: 'sleep', mood: 'calm' },
    inputs: [],
    quote: 0,
    deadline: at,
  };
  const stream = jobStream({ app: 'baby-music', user }, derivedId('gen', user, `${number}`));
  const meta = { actor: user, correlationId: 'c' };
  await handle(
    stream,
    { type: 'RequestJob', at, fingerprint: `${number}`, ...asked, ...(paying ? { paying } : {}) },
    meta,
  );
};

/** Whose messages come, one at a time, as a worker takes them. */
const taken = async (queue: string, count: number): Promise<string[]> => {
  const found = stack.account.model.ofType('AWS::SQS::Queue').find(({ logicalId }) => logicalId.startsWith(queue));
  const users: string[] = [];
  for (let message = 0; message < count; message += 1) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: found?.ref }));
    users.push(...Messages.map(({ Body = '{}' }) => (JSON.parse(Body) as { user: string }).user));
  }
  return users;
};

test('X6 200 jobs of one user and 5 of another: the 5 do not wait for the 200', async () => {
  for (let start = 0; start < 200; start += 20)
    await Promise.all(Array.from({ length: 20 }, (_, index) => request(busy, start + index)));
  await stack.account.drain();
  for (let number = 0; number < 5; number += 1) await request(quiet, number);
  await stack.account.drain();
  const users = await taken('WorkQueue', 12);
  expect(users).toHaveLength(12);
  expect(users.filter((user) => user === quiet)).toHaveLength(5);
  expect(users.slice(0, 2).toSorted()).toEqual([busy, quiet]);
}, 90_000);

test('X6 who pays waits in a queue of their own, whatever waits in the other', async () => {
  await request('paying-user', 0, true);
  await stack.account.drain();
  expect(await taken('PayingWorkQueue', 1)).toEqual(['paying-user']);
});
