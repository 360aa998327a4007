/** The hold sweep on the whole system: what no event has ended ends by what generation says of the job, and a living job keeps its hold. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { AccountModel, CallFault } from '#local/contracts.ts';
import type { JobCommand } from '#services/generation/domain/job.ts';
import { job, jobStream } from '#services/generation/domain/job.ts';
import type { JobEvent } from '#services/generation/domain/job-events.ts';
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { derivedId } from '#shared/ids.ts';
import { type Ledger, lab, ledgerOf, policyAt, scheduleName, secondsFromNow } from './ledger.ts';
import { type Stack, startStack } from './stack.ts';

/** Jobs' ends reach nobody, as if the bus had lost them, and messages to workers and to those who follow tasks stay where they are. */
const loseEvents = (model: AccountModel): void => {
  const begins = (stack: string, logicalId: string) => (one: { stack: string; logicalId: string }) =>
    one.stack === stack && one.logicalId.startsWith(logicalId);
  const rule = model.ofType('AWS::Events::Rule').find(begins('TesseraCredits', 'JobEnded'));
  const mappings = model.ofType('AWS::Lambda::EventSourceMapping');
  const worker = mappings.find(begins('TesseraGeneration', 'WorkConsumer'));
  const follower = mappings.find(begins('TesseraGeneration', 'FollowConsumer'));
  if (!rule || !worker || !follower) throw new Error('the rule or a mapping is not there');
  rule.properties.State = 'DISABLED';
  worker.properties.Enabled = false;
  follower.properties.Enabled = false;
};

let stack: Stack;
let ledger: Ledger;
let everySweep: string;
beforeAll(async () => {
  stack = await startStack({ editModel: loseEvents });
  ledger = ledgerOf(stack);
  everySweep = scheduleName(stack, 'EverySweep');
}, 60_000);
afterEach(async () => {
  stack.account.faults.clear();
  expect((await stack.check()).violations).toEqual([]);
  const { actual, expected } = await ledger.readModels();
  expect(actual).toEqual(expected);
});
afterAll(() => stack.close());

const expired = () => secondsFromNow(-1_800);
const sweep = async () => {
  await stack.account.fireSchedule(everySweep);
  await stack.account.drain();
};

/** An account with a hold, of 2 credits unless it is said otherwise. */
const holdFor = async (user: string, jobId: string, expiresAt = expired(), credits = 2) => {
  const at = secondsFromNow(-7_200);
  await ledger.send(
    user,
    { type: 'OpenAccount', at, welcomeCredits: 10 },
    {
      type: 'HoldCredits',
      at,
      holdId: jobId,
      tool: 'slow',
      credits,
      expiresAt: Math.floor(Date.parse(expiresAt) / 1_000),
      policy: policyAt(at),
    },
  );
};

const claim = { messageId: 'message-1', receiveCount: 1 };
const output = { kind: 'text', contentType: 'text/plain', bytes: 1, sha256: 's', key: 'k' } as const;
const commands = {
  request: (deadline = secondsFromNow(-3_600)) => ({
    type: 'RequestJob' as const,
    at: secondsFromNow(-7_200),
    tool: 'slow',
    params: {},
    inputs: [],
    fingerprint: 'f',
    quote: 2,
    deadline,
  }),
  start: (model = 'sandbox-1') => ({
    type: 'StartJob' as const,
    at: secondsFromNow(-7_100),
    claim,
    provider: 'sandbox',
    model,
  }),
  submit: (taskId: string) => ({ type: 'SubmitJob' as const, at: secondsFromNow(-7_050), by: { claim }, taskId }),
  succeed: () => ({
    type: 'SucceedJob' as const,
    at: secondsFromNow(-7_000),
    by: { claim },
    outputs: [output],
    usage: {},
    cost: 1,
  }),
  cancel: () => ({ type: 'CancelJob' as const, at: secondsFromNow(-60) }),
};

const jobCommands = async (user: string, jobId: string, ...sent: readonly JobCommand[]) => {
  const store = dynamoEventStore<Parameters<typeof job.evolve>[0], JobEvent>(stack.dynamoDb, stack.tables.generation);
  const handle = commandHandler(store, { decider: job });
  for (const command of sent) {
    const about = { actor: 'test', correlationId: 'test' };
    expect(await handle(jobStream({ app: lab, user }, jobId), command, about)).toMatchObject({ accepted: true });
  }
};

const lastEvent = async (user: string) => (await ledger.eventsOf(user)).at(-1)?.event;
const balance = async (user: string) =>
  (await ledger.rowsOf('Balances')).find(({ owner }) => owner === `${lab}#${user}`);

test('I3 I4 released when no job was ever made, settled when the job completed and its event was lost', async () => {
  await holdFor('orphan', 'gen_orphan');
  await holdFor('lost', 'gen_lost');
  await jobCommands('lost', 'gen_lost', commands.request(), commands.start(), commands.succeed());
  await stack.account.drain();
  expect(await balance('lost')).toMatchObject({ held: 2, holdShard: expect.any(String) });

  await sweep();
  expect(await lastEvent('orphan')).toMatchObject({ type: 'HoldReleased', holdId: 'gen_orphan', reason: 'expired' });
  expect(await lastEvent('lost')).toMatchObject({ type: 'HoldSettled', holdId: 'gen_lost', spent: { welcome: 1 } });
  expect(await balance('orphan')).toMatchObject({ available: 10, held: 0, spent: 0 });
  expect(await balance('lost')).toMatchObject({ available: 9, held: 0, spent: 1 });
  expect(await balance('lost')).not.toHaveProperty('holdShard');
  expect(await ledger.rowsOf('Usage')).toMatchObject([{ owner: `${lab}#lost`, tool: 'slow', credits: 1 }]);

  const types = await ledger.typesOf('lost');
  await sweep();
  expect(await ledger.typesOf('lost')).toEqual(types);
}, 30_000);

test('I4 never while the job lives; once it is over, as it ended', async () => {
  await holdFor('living', 'gen_living');
  await jobCommands('living', 'gen_living', commands.request(secondsFromNow(600)));
  await stack.account.drain();
  stack.account.logs.clear();
  await sweep();
  expect(await lastEvent('living')).toMatchObject({ type: 'CreditsHeld', holdId: 'gen_living' });
  expect(stack.account.logs.all.some(({ line }) => line.includes('"ExpiredHoldsOfLivingJobs":1'))).toBe(true);

  await jobCommands('living', 'gen_living', commands.cancel());
  await stack.account.drain();
  await sweep();
  expect(await lastEvent('living')).toMatchObject({ type: 'HoldReleased', reason: 'cancelled' });
}, 30_000);

const lastOfJob = async (user: string, jobId: string) => {
  const store = dynamoEventStore<unknown, JobEvent>(stack.dynamoDb, stack.tables.generation);
  return (await store.read(jobStream({ app: lab, user }, jobId), { limit: 100 })).at(-1)?.event;
};

test.each([2, 0])(
  'I9 a job of %s credits whose message was lost is ended, and what was held comes back',
  async (credits) => {
    const user = `lost-message-${credits}`;
    const jobId = derivedId('gen', user);
    await holdFor(user, jobId, expired(), credits);
    await jobCommands(user, jobId, { ...commands.request(), quote: credits });
    await stack.account.drain();
    await sweep();
    expect(await lastOfJob(user, jobId)).toMatchObject({ type: 'JobFailed', reason: 'deadline' });
    expect(await lastEvent(user)).toMatchObject({ type: 'HoldReleased', holdId: jobId, reason: 'failed' });
    await sweep();
    expect((await ledger.typesOf(user)).filter((type) => type === 'HoldReleased')).toHaveLength(1);
  },
  30_000,
);

test('I9 a task whose follow messages were lost is ended with its job, and its provider is told to stop', async () => {
  const user = 'lost-task';
  const jobId = derivedId('gen', user);
  const taskId = `sandbox-${Date.now().toString(36)}-${'x'.repeat(43)}`;
  await holdFor(user, jobId);
  await jobCommands(user, jobId, commands.request(), commands.start('sandbox-task-stuck'), commands.submit(taskId));
  await stack.account.drain();
  await sweep();
  const abandoned = { provider: 'sandbox', model: 'sandbox-task-stuck', taskId };
  expect(await lastOfJob(user, jobId)).toMatchObject({ type: 'JobFailed', reason: 'deadline', abandoned });
  expect(await lastEvent(user)).toMatchObject({ type: 'HoldReleased', reason: 'failed' });

  const messages = await stack.account.queue('TesseraGeneration.FollowQueue').messages();
  const stop = messages.find(({ Body = '' }) => Body.includes('"kind":"stop"'));
  expect(JSON.parse(stop?.Body ?? '')).toMatchObject({ kind: 'stop', jobId, task: abandoned });
  stack.account.logs.clear();
  await stack.account.invoke('generation/follow', { Records: [recordOf(stop?.Body ?? '')] });
  const told = stack.account.logs.all.filter(({ line }) => line.includes('task told to stop'));
  expect(told).toEqual([expect.objectContaining({ line: expect.stringContaining('"stopped":true') })]);
}, 30_000);

test('a hold before its expiry is left alone', async () => {
  await holdFor('early', 'gen_early', secondsFromNow(3_600));
  await stack.account.drain();
  stack.account.calls.clear();
  await sweep();
  expect(await lastEvent('early')).toMatchObject({ type: 'CreditsHeld' });
  expect(stack.account.calls.of({ service: 'lambda', operation: 'Invoke' })).toEqual([]);
  await ledger.send('early', {
    type: 'ReleaseHold',
    at: secondsFromNow(0),
    holdId: 'gen_early',
    tool: 'slow',
    reason: 'failed',
  });
  await stack.account.drain();
}, 30_000);

/** A message as Lambda hands it over. */
const recordOf = (body: string) => ({
  messageId: 'message-1',
  receiptHandle: 'receipt-1',
  attributes: { ApproximateReceiveCount: '1' },
  body,
});

const jobSucceeded = (user: string, jobId: string) => ({
  Records: [
    {
      messageId: 'message-1',
      body: JSON.stringify({
        id: 'bus-1',
        source: 'tessera.generation',
        'detail-type': 'JobSucceeded',
        detail: {
          app: lab,
          user,
          id: 'event-1',
          type: 'JobSucceeded',
          schemaVersion: 1,
          version: 3,
          at: secondsFromNow(-7_000),
          correlationId: 'request-1',
          causationId: 'event-0',
          data: { jobId, tool: 'slow', cost: 1, outputs: [] },
        },
      }),
    },
  ],
});

test("I3 in a race with the job's own event, twice each, the hold ends once", async () => {
  await holdFor('race', 'gen_race');
  await jobCommands('race', 'gen_race', commands.request(), commands.start(), commands.succeed());
  await stack.account.drain();
  const event = jobSucceeded('race', 'gen_race');
  await Promise.all([
    stack.account.fireSchedule(everySweep),
    stack.account.invoke('credits/on-job-ended', event),
    stack.account.fireSchedule(everySweep),
    stack.account.invoke('credits/on-job-ended', event),
  ]);
  await stack.account.drain();
  const ends = (await ledger.typesOf('race')).filter((type) => type.startsWith('Hold'));
  expect(ends).toEqual(['HoldSettled']);
  expect(await balance('race')).toMatchObject({ available: 9, held: 0, spent: 1 });
}, 30_000);

const interruptions: readonly (readonly [string, CallFault])[] = [
  ['Invoke', 'kill'],
  ['PutItem', 'kill-after'],
  ['PutItem', 'after'],
];
test.each(interruptions)(
  'interrupted at %s (%s): the hold ends once all the same',
  async (operation, fault) => {
    const user = `interrupted-${operation}-${fault}`;
    await holdFor(user, `gen_${user}`);
    await stack.account.drain();
    const caller = stack.account.functionName('services/credits/handlers/sweep-holds.ts');
    const struck = stack.account.faults.onCall({ caller, operation }, fault);
    await sweep();
    expect(struck.struck).toBe(1);
    expect((await ledger.typesOf(user)).filter((type) => type.startsWith('Hold'))).toEqual(['HoldReleased']);
  },
  30_000,
);
