/** FS9 the queues of a deployment, over the real ones of a local account; and what only time could show, over a memory of them. */
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startTestAccount, type TestAccount } from '#local/gateway/testing/account.ts';
import type { DeploymentQueue } from '#shared/operations/queues/find-queues.ts';
import { type DeploymentQueues, deploymentQueues, type MoveTask } from '../../queues/deployment-queues.ts';
import { purposeOf } from '../../queues/purpose.ts';
import { queueSummary } from '../../queues/summary.ts';
import { listQueues, redriveQueue, showDeadLetters } from './queues.ts';

let account: TestAccount;
let sqs: SQSClient;
let queues: DeploymentQueues;
beforeAll(async () => {
  account = await startTestAccount();
  sqs = new SQSClient(account.client('operator'));
  queues = deploymentQueues(sqs, '');
});
afterAll(async () => {
  sqs.destroy();
  await account.gateway.close();
});

const names = ['events-DeadLetters', 'jobs', 'jobs-dead'];
const urlOf = (name: string) => account.queueUrl.replace(/jobs$/, name);
beforeEach(async () => {
  for (const name of names) await sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf(name) }));
});
const send = (name: string, body: string, group?: string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: urlOf(name),
      MessageBody: body,
      MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' } },
      ...(group ? { MessageGroupId: group } : {}),
    }),
  );
const depth = (name: string) => account.gateway.queueDepth(name).visible;

const operator = { actor: 'operator:key-0123456789ab' };
const asked = (name = '') =>
  ({ operator, path: { name }, at: new Date(Date.now() + 3_600_000).toISOString() }) as never;

describe('the list', () => {
  test('has every queue: what waits, since when, and where it goes when it is given up', async () => {
    for (const body of ['one', 'two']) await send('jobs-dead', body);
    await send('jobs', 'work');
    const { data } = (await listQueues({ queues })(asked())).body;
    expect(data.map(({ name }) => name)).toEqual(names);
    expect(data).toMatchObject([
      { kind: 'dead-letters', waiting: 0, oldest_age_seconds: null, takes_from: [], redrivable: false },
      {
        kind: 'work',
        waiting: 1,
        oldest_age_seconds: null,
        gives_up: { after: 1, to: 'jobs-dead' },
        redrivable: false,
      },
      { kind: 'dead-letters', waiting: 2, takes_from: ['jobs'], redrivable: true, gives_up: null },
    ]);
    const age = data[2]?.oldest_age_seconds ?? 0;
    expect(Math.round(age / 60)).toBe(60);
    expect(depth('jobs-dead')).toBe(2);
  });

  test('in three numbers for admins: what waits for work, and what was given up', async () => {
    for (const body of ['one', 'two']) await send('jobs-dead', body);
    await send('events-DeadLetters', '{}');
    await send('jobs', 'work');
    const summary = queueSummary(queues, () => new Date(0));
    expect(await summary()).toEqual({ waiting: 1, in_flight: 0, dead_letters: 3, at: '1970-01-01T00:00:00.000Z' });
  });
});

describe('a look', () => {
  test('tells bodies and reasons, ten at most, and takes nothing out', async () => {
    for (let letter = 0; letter < 12; letter += 1) await send('jobs-dead', `letter ${letter}`, 'sparky#u1');
    const answer = await showDeadLetters({ queues })(asked('jobs-dead'));
    if ('rejection' in answer) throw new Error(answer.rejection);
    expect(answer.body).toMatchObject({ queue: 'jobs-dead', waiting: 12 });
    expect(answer.body.data).toHaveLength(10);
    expect(answer.body.data[0]).toMatchObject({ reason: 'NO_PERMISSIONS', group: 'sparky#u1', body_cut: false });
    expect(depth('jobs-dead')).toBe(12);
  });

  test('is taken into dead-letter queues alone: elsewhere it would count as a delivery', async () => {
    expect(await showDeadLetters({ queues })(asked('jobs'))).toEqual({
      rejection: 'queue-not-dead-letters',
      detail: 'What it gives up on is in jobs-dead.',
    });
    expect(await showDeadLetters({ queues })(asked('nothing'))).toEqual({ rejection: 'queue-unknown' });
  });
});

describe('redrive', () => {
  test('gives all messages to their queue again, with attributes and group', async () => {
    for (let letter = 0; letter < 12; letter += 1) await send('jobs-dead', `letter ${letter}`, 'sparky#u1');
    expect(await redriveQueue({ queues })(asked('jobs-dead'))).toEqual({
      status: 202,
      body: { queue: 'jobs-dead', to: ['jobs'], status: 'started', messages: 12, moved: 0 },
    });
    expect([depth('jobs-dead'), depth('jobs')]).toEqual([0, 12]);
    const [jobs] = (await queues.list()).filter(({ name }) => name === 'jobs');
    const [letter] = jobs ? await queues.look(jobs, 1) : [];
    expect(letter).toMatchObject({
      groupId: 'sparky#u1',
      attributes: { ERROR_CODE: { StringValue: 'NO_PERMISSIONS' } },
    });
  });

  test.each([
    ['nothing', 'queue-unknown'],
    ['jobs', 'queue-not-dead-letters'],
    // They point to records: only a command reads those.
    ['events-DeadLetters', 'queue-of-stream'],
  ])('of %s: %s', async (name, rejection) => {
    await send('events-DeadLetters', '{}');
    expect(await redriveQueue({ queues })(asked(name))).toMatchObject({ rejection });
    expect(depth('events-DeadLetters')).toBe(1);
  });
});

describe('redrive while one runs', () => {
  const dead: DeploymentQueue = {
    name: 'jobs-dead',
    url: 'https://sqs/jobs-dead',
    arn: 'arn:jobs-dead',
    waiting: 5,
    held: 0,
    sources: ['https://sqs/jobs'],
    isDeadLetters: true,
    givesUp: undefined,
  };
  const work: DeploymentQueue = { ...dead, name: 'jobs', url: 'https://sqs/jobs', arn: 'arn:jobs', sources: [] };
  const task: MoveTask = { messages: 5, moved: 2 };
  const slow = (running: readonly (MoveTask | undefined)[], move: DeploymentQueues['move']) => {
    const looks = [...running];
    return {
      list: async () => [work, dead],
      look: async () => [],
      running: async () => looks.shift(),
      move: jest.fn(move),
    };
  };
  const runs = { status: 202, body: { queue: 'jobs-dead', to: ['jobs'], status: 'running', messages: 5, moved: 2 } };

  test('begins nothing, and tells how far it is', async () => {
    const queues = slow([task], async () => undefined);
    expect(await redriveQueue({ queues })(asked('jobs-dead'))).toEqual(runs);
    expect(queues.move).not.toHaveBeenCalled();
  });
  test('says where to: what a rule put there has no queue to go back to', async () => {
    const queues = slow([undefined], async () => undefined);
    await redriveQueue({ queues })(asked('jobs-dead'));
    expect(queues.move.mock.calls).toEqual([[dead, 'arn:jobs']]);
  });
  test('of two who ask at the same time, the slower hears of the quicker one’s', async () => {
    const refused = async () => {
      throw new Error('There is already a task running.');
    };
    expect(await redriveQueue({ queues: slow([undefined, task], refused) })(asked('jobs-dead'))).toEqual(runs);
    await expect(redriveQueue({ queues: slow([undefined, undefined], refused) })(asked('jobs-dead'))).rejects.toThrow();
  });
});

test('a queue’s name tells what it is for', () => {
  const read = (name: string) => Object.values(purposeOf(name)).join(' ');
  expect(read('TesseraCredits-JobsEndedEventsQueue0A1B2C3D-AbCdEf123456')).toBe('credits JobsEnded');
  expect(read('TesseraCredits-JobsEndedEventsDeadLetters0A1B2C3D-AbCdEf123456')).toBe('credits JobsEnded');
  expect(read('TesseraGeneration-ProjectedDeadLetters0A1B2C3D-AbCdEf123456')).toBe('generation Projected');
  expect(read('TesseraWebhooks-WorkQueue0A1B2C3D-AbCdEf123456')).toBe('webhooks Work');
  expect(read('TesseraPlatform-AuditQueue0A1B2C3D-AbCdEf123456')).toBe('platform Audit');
  expect(read('somebody-elses')).toBe('platform somebody-elses');
});
