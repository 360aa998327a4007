/**
 * Every handler crashes at every AWS call that changes something, and loses the answer of every call. Whatever was cut
 * off, the end state is that of the run that nothing happened to. The calls are counted in such a run, so a call that is added
 * later is struck as well.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { writeAccountFile } from '#local/account/account-file.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import { runLedger } from '#services/credits/operations/run.ts';
import { toItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import { crashesOfBilling } from './billing/crashes.ts';
import { uploadAsset } from './client.ts';
import { type CleanRun, crashesOf, untilAnswered } from './crashes.ts';
import { type Ledger, lab, ledgerOf, policyAt, scheduleName, secondsFromNow, told } from './ledger.ts';
import { makePhoto } from './photo.ts';
import { type Stack, startStack, type User } from './stack.ts';

let stack: Stack;
let ledger: Ledger;
let photo: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  // One worker each: a new one takes half a second to start.
  stack = await startStack({ maxWorkersPerFunction: 1 });
  ledger = ledgerOf(stack);
  photo = await makePhoto({ width: 48, height: 32 });
}, 60_000);
afterEach(async () => {
  stack.account.faults.clear();
  expect((await stack.check()).violations).toEqual([]);
  const { actual, expected } = await ledger.readModels();
  expect(actual).toEqual(expected);
});
afterAll(() => stack.close());

const { scenario, runClean, strikeEveryCall } = crashesOf(() => stack);

describe('I3 I4 I7 a generation', () => {
  let user: User;
  let asset: string;
  beforeAll(async () => {
    user = await stack.signUp(lab);
    ({ id: asset } = await uploadAsset(user.api, photo));
    const at = secondsFromNow(0);
    await ledger.send(
      user.id,
      { type: 'OpenAccount', at, welcomeCredits: 0 },
      { type: 'GrantCredits', at, grantId: 'pay_1', kind: 'pack', credits: 1_000 },
    );
  });

  const generation = scenario(
    async () => ({ key: randomUUID(), before: (await ledger.eventsOf(user.id)).length }),
    ({ key }) => untilAnswered(() => user.api.generate({ tool: 'fallback', inputs: [asset] }, key)),
    async ({ key, before }) => {
      const { status, body } = await user.api.generate({ tool: 'fallback', inputs: [asset] }, key);
      const { body: job } = await user.api.get(`/v1/generations/${body.id}`);
      const { body: list } = await user.api.get<{ data: { id: string; status: string }[] }>('/v1/generations?limit=1');
      const [newest] = list.data;
      return {
        asked: status,
        job: {
          status: job.status,
          cost: job.cost_credits,
          error: job.error,
          outputs: (job.outputs as unknown[]).length,
        },
        listed: newest && { status: newest.status, isThis: newest.id === body.id },
        account: told((await ledger.eventsOf(user.id)).slice(before)),
      };
    },
  );
  let known: Promise<CleanRun> | undefined;
  /** One for all functions, once all are warm: those that still start are given more records at once, and make fewer calls. */
  const clean = () => {
    known ??= runClean(generation).then(() => runClean(generation));
    return known;
  };
  test.each([
    'generation/api',
    'credits/hold',
    'generation/project',
    'generation/relay',
    'generation/work',
    'credits/on-job-ended',
    'credits/relay',
    'credits/project',
  ])('%s', (name) => strikeEveryCall(generation, name, clean()), 60_000);
});

crashesOfBilling({ stack: () => stack, ledger: () => ledger });

const newUser = () => `user-${randomUUID()}`;
const accountOf = async (user: string) => told(await ledger.eventsOf(user));

describe('I1 I3 the first hold of a user opens the account', () => {
  const about = { app: lab, credits: 2, tool: 'slow', correlationId: 'request-1' };
  const request = (user: string) => ({ ...about, user, holdId: `gen_${user}`, expiresAt: secondsFromNow(3_600) });
  /** Generation asks again with the same hold id; the hold is released behind it, for the invariants of a system at rest. */
  const firstHold = scenario(
    async () => newUser(),
    (user) =>
      untilAnswered(async () => {
        const { payload, functionError } = await stack.account.invoke('credits/hold', request(user));
        return { status: functionError ? 500 : 200, payload };
      }),
    async (user) => {
      const { payload } = await stack.account.invoke('credits/hold', request(user));
      const release = {
        type: 'ReleaseHold',
        at: secondsFromNow(0),
        holdId: `gen_${user}`,
        tool: 'slow',
        reason: 'failed',
      } as const;
      await ledger.send(user, release);
      await stack.account.drain();
      return { payload, account: await accountOf(user) };
    },
  );
  test('credits/hold', () => strikeEveryCall(firstHold, 'credits/hold'), 60_000);
});

describe('FS11 the daily reset', () => {
  const reset = scenario(
    async () => {
      const user = newUser();
      const at = secondsFromNow(-86_400);
      const policy = policyAt(at);
      const commands: AccountCommand[] = [
        { type: 'OpenAccount', at, welcomeCredits: 10 },
        { type: 'ChangePlan', at, plan: 'daily', policy },
        { type: 'IssueDaily', at, policy },
      ];
      await ledger.send(user, ...commands);
      return user;
    },
    () => stack.account.fireSchedule(scheduleName(stack, `Midnight${lab.replaceAll('-', '')}`)),
    accountOf,
  );
  test.each(['credits/reset-daily', 'credits/issue-daily'])('%s', (name) => strikeEveryCall(reset, name), 60_000);
});

describe('I3 the hold sweep', () => {
  const sweep = scenario(
    async () => {
      const user = newUser();
      const at = secondsFromNow(-7_200);
      const hold = { type: 'HoldCredits', at, holdId: `gen_${randomUUID()}`, tool: 'slow', credits: 2 } as const;
      const expiresAt = Math.floor(Date.parse(at) / 1_000) + 1_800;
      await ledger.send(
        user,
        { type: 'OpenAccount', at, welcomeCredits: 10 },
        { ...hold, expiresAt, policy: policyAt(at) },
      );
      return user;
    },
    () => stack.account.fireSchedule(scheduleName(stack, 'EverySweep')),
    async (user) => {
      // What one sweep could not judge is the next one's, five minutes later.
      await stack.account.fireSchedule(scheduleName(stack, 'EverySweep'));
      await stack.account.drain();
      return accountOf(user);
    },
  );
  test.each(['credits/sweep-holds', 'generation/job-status'])('%s', (name) => strikeEveryCall(sweep, name), 60_000);
});

describe('an upload', () => {
  let user: User;
  let id: string;
  beforeAll(async () => {
    user = await stack.signUp(lab);
  });
  const upload = scenario(
    async () => undefined,
    async () => {
      ({ id } = await uploadAsset(user.api, photo));
    },
    async () => {
      const { status, reason } = (await user.api.get(`/v1/assets/${id}`)).body;
      return { status, reason };
    },
  );
  test('generation/on-upload', () => strikeEveryCall(upload, 'generation/on-upload'), 60_000);
});

test('I6 I7 after all of that the operators’ own check finds nothing, and then the one byte that is changed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-ledger-'));
  const file = join(folder, 'account.json');
  await writeAccountFile(file, stack.account);
  const verify = async () => {
    const said: string[] = [];
    const output = { print: (text: string) => void said.push(text), complain: () => {}, progress: () => {} };
    return { code: await runLedger(['verify', '--account', file], output), said: said.join('\n') };
  };
  expect(await verify()).toEqual({ code: 0, said: expect.stringMatching(/^ledger: ok\n {2}\d\d accounts, /) });

  const [[stream, events] = ['', []]] = (await stack.check()).accounts;
  const [first] = events;
  if (!first) throw new Error('no account has events');
  const item = toItem(first);
  const changed = { ...item, at: item.at.replace(/.Z$/, 'xZ') };
  await stack.dynamoDb.send(new PutCommand({ TableName: stack.tables.credits, Item: changed }));
  const { code, said } = await verify();
  await stack.dynamoDb.send(new PutCommand({ TableName: stack.tables.credits, Item: { ...item } }));
  await rm(folder, { recursive: true });
  expect(code).toBe(1);
  expect(said).toContain(
    `  ${stream}\n    version 1 (AccountOpened, id ${first.id}): its hash is not that of the event`,
  );
}, 30_000);
