/**
 * What a generation costs at the ledger, counted: 2 reads and 2 writes of one unit each. A write unit is 1,024 bytes, so
 * the items of a hold and of a settlement must stay below that, for an ordinary account that has seen everything.
 */
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore, toItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import { derivedId } from '#shared/ids.ts';
import { meter, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { itemBytes } from '#shared/testing/item-size.ts';
import { account, accountAggregate, accountStream } from '../domain/account.ts';
import type { AccountCommand } from '../domain/commands.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Policy } from '../domain/policy.ts';
import { type Account, closedHoldsKept } from '../domain/state.ts';
import type { AccountStore, HandleAccount } from '../handle-account.ts';
import {
  grantCredits,
  holdCredits,
  later,
  noon,
  openAccount,
  policyAt,
  releaseHold,
  seconds,
  settleHold,
} from './commands.ts';
import { ledgerOf } from './events.ts';

/** As long as real ones are. */
const uuid = '0199c2d4-3f0e-7cc1-a4b5-6d7e8f901234';
const stream = accountStream({ app: 'product-studio', user: uuid });
const holdId = (number: number) => derivedId('gen', 'product-studio', uuid, `key-${number}`);
const tool = 'lifestyle-background';
/** A hold belongs to a request, a settlement to an event as well. */
const asked = { actor: uuid, correlationId: uuid };
const ended = { actor: 'system:on-job-ended', correlationId: uuid, causationId: uuid };

/** Welcome credits, one pack, and as many closed holds as an account remembers. */
const ordinaryAccount = async (handle: HandleAccount) => {
  await handle(stream, openAccount(10), asked);
  await handle(stream, grantCredits(`pay_${uuid}`, 500), ended);
  for (let number = 1; number <= closedHoldsKept; number += 1) {
    await handle(stream, holdCredits(holdId(number), 3, { tool, at: later(number) }), asked);
    // Welcome credits are never used up, so that both grants stay in the state.
    await handle(stream, { ...settleHold(holdId(number), number === 1 ? 3 : 0, later(number)), tool }, ended);
  }
};

const generation = async (handle: HandleAccount) => {
  // More than the welcome grant holds: two rows.
  await handle(stream, holdCredits(holdId(100), 12, { tool, at: later(100) }), asked);
  await handle(stream, { ...settleHold(holdId(100), 12, later(200)), tool }, ended);
};

const handlerOf = (store: AccountStore): HandleAccount => commandHandler(store, accountAggregate);

describe('the items of a generation', () => {
  test('are at most 1,024 bytes', async () => {
    const store = memoryEventStore<Account, AccountEvent>();
    const handle = handlerOf(store);
    await ordinaryAccount(handle);
    await generation(handle);
    const events = await store.read(stream, { direction: 'backward', limit: 2 });
    const sizes = events.map((event) => ({ type: event.event.type, bytes: itemBytes(toItem(event)) }));
    expect(sizes.map(({ type }) => type)).toEqual(['HoldSettled', 'CreditsHeld']);
    for (const { bytes } of sizes) expect(bytes).toBeLessThanOrEqual(1_024);
  });

  /** The newest hold and settlement of an account with welcome credits, a pack and a daily allowance, all partly used. */
  const withDaily = async (credits: number, policy = policyAt(noon, { defaultPlan: 'daily' })) => {
    const store = memoryEventStore<Account, AccountEvent>();
    const handle = handlerOf(store);
    const hold = (number: number, amount: number) =>
      handle(stream, holdCredits(holdId(number), amount, { tool, at: later(number), policy }), asked);
    const settle = (number: number, amount: number) =>
      handle(stream, { ...settleHold(holdId(number), amount, later(number)), tool }, ended);
    await handle(stream, openAccount(10), asked);
    await handle(stream, grantCredits(`pay_${uuid}`, 500), ended);
    for (let number = 1; number <= closedHoldsKept; number += 1) {
      await hold(number, 1);
      await settle(number, 0);
    }
    await hold(100, credits);
    await settle(100, credits);
    const events = await store.read(stream, { direction: 'backward', limit: 2 });
    expect(Object.keys(ledgerOf(events.at(-1)?.state ?? account.initialState).grants)).toHaveLength(3);
    return events.map((event) => itemBytes(toItem(event)));
  };

  test('are at most 1,024 bytes with a daily allowance beside welcome credits and a pack', async () => {
    for (const bytes of await withDaily(3)) expect(bytes).toBeLessThanOrEqual(1_024);
  });
  /** The newest settlement and hold in an app whose plans limit jobs by the hour, after so many in every five minutes of one. */
  const ofBusyHour = async (defaultPlan: 'free' | 'daily', inFiveMinutes: number) => {
    const limited = Object.entries(policyAt().plans).map(([id, rules]) => [
      id,
      { ...rules, dailyCap: null, jobsPerHour: 10_000 },
    ]);
    const policy: Policy = policyAt(noon, { defaultPlan, plans: Object.fromEntries(limited) });
    const store = memoryEventStore<Account, AccountEvent>();
    const handle = handlerOf(store);
    // DynamoDB does not count the zeros that the tests' noon ends with.
    const moment = (number: number) => later(111 + Math.floor(number / inFiveMinutes) * 300);
    const run = async (number: number, held: number, spent: number) => {
      const at = moment(number);
      await handle(stream, holdCredits(holdId(number), held, { tool, at, policy }), asked);
      await handle(stream, { ...settleHold(holdId(number), spent, at), tool }, ended);
    };
    await handle(stream, openAccount(10, moment(0)), asked);
    await handle(stream, grantCredits(`pay_${uuid}`, 500, { at: moment(0) }), ended);
    const last = 13 * inFiveMinutes - 1;
    for (let number = 0; number < last; number += 1) await run(number, 1, 0);
    await run(last, defaultPlan === 'daily' ? 3 : 12, 3);
    const events = await store.read(stream, { direction: 'backward', limit: 2 });
    const { recent, closedHolds } = ledgerOf(events.at(-1)?.state ?? account.initialState);
    expect([recent?.split('.').length, closedHolds.length]).toEqual([14, 24 * 6]);
    return events.map((event) => itemBytes(toItem(event)));
  };

  test('PP11 are at most 1,024 bytes where an app limits jobs by the hour, busy as the hour may have been', async () => {
    for (const plan of ['free', 'daily'] as const)
      for (const bytes of await ofBusyHour(plan, 3)) expect(bytes).toBeLessThanOrEqual(1_024);
    // As many as take two digits in every step.
    for (const bytes of await ofBusyHour('free', 36)) expect(bytes).toBeLessThanOrEqual(1_024);
  });
  test('exceed that only where a hold uses up the allowance and goes on to other credits', async () => {
    const [settled, held] = await withDaily(7);
    expect(settled).toBeLessThanOrEqual(1_024);
    expect(held).toBeLessThanOrEqual(1_100);
  });
});

describe('the requests of a generation', () => {
  let dynamoDb: TestDynamoDb;
  beforeAll(async () => {
    dynamoDb = await startDynamoDb();
  });
  afterAll(() => dynamoDb.close());

  test('are 2 reads of at most one unit and 2 writes of one', async () => {
    const table = await dynamoDb.createEventsTable('credits-events');
    const handle = handlerOf(dynamoEventStore<Account, AccountEvent>(dynamoDb.client, table));
    await ordinaryAccount(handle);
    const calls = meter(dynamoDb.client);
    await generation(handle);
    expect(calls).toEqual([
      { operation: 'Query', units: 1 },
      { operation: 'PutItem', units: 1 },
      { operation: 'Query', units: 1 },
      { operation: 'PutItem', units: 1 },
    ]);
  });

  test('the other commands: a grant or an opening takes a transaction, a repetition only the read', async () => {
    const table = await dynamoDb.createEventsTable('credits-events-others');
    const handle = handlerOf(dynamoEventStore<Account, AccountEvent>(dynamoDb.client, table));
    const calls = meter(dynamoDb.client);
    const costOf = async (command: AccountCommand) => {
      calls.length = 0;
      await handle(stream, command, asked);
      return calls.map(({ operation, units }) => `${operation} ${units}`);
    };
    const query = 'Query 1';
    expect((await costOf(openAccount(10))).at(-1)).toBe('TransactWriteItems 6');
    expect(await costOf(openAccount(10))).toEqual([query]);
    const daily = grantCredits('daily-1', 5, { kind: 'daily', expiresAt: seconds + 10 });
    expect(await costOf(daily)).toEqual([query, 'TransactWriteItems 4']);
    expect(await costOf(daily)).toEqual([query]);
    expect(await costOf(holdCredits('gen_1', 7))).toEqual([query, 'PutItem 1']);
    expect(await costOf(holdCredits('gen_1', 7))).toEqual([query]);
    // Its daily grant has expired meanwhile: the release, and the expiry of what it gave back.
    expect(await costOf(releaseHold('gen_1', 'failed', later(60)))).toEqual([query, 'TransactWriteItems 4']);
    expect(await costOf(holdCredits('gen_2', 50))).toEqual([query]);
  });

  test('stay the same after two hundred generations', async () => {
    const table = await dynamoDb.createEventsTable('credits-events-long');
    const handle = handlerOf(dynamoEventStore<Account, AccountEvent>(dynamoDb.client, table));
    await handle(stream, openAccount(0), asked);
    await handle(stream, grantCredits(`pay_${uuid}`, 10_000), ended);
    const calls = meter(dynamoDb.client);
    const last: string[] = [];
    for (let number = 1; number <= 200; number += 1) {
      calls.length = 0;
      await handle(stream, holdCredits(holdId(number), 1, { tool }), asked);
      await handle(stream, { ...settleHold(holdId(number), 1), tool }, ended);
      if (number === 10 || number === 200) last.push(JSON.stringify(calls));
    }
    expect(last[1]).toBe(last[0]);
  });
});
