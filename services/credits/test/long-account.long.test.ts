/** An account with ten thousand events and two hundred grants: loading it is one Query, and its newest item stays small. */
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore, toItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import { meter, putItems, startDynamoDb, type TestDynamoDb } from '#shared/testing/dynamodb.ts';
import { itemBytes } from '#shared/testing/item-size.ts';
import { accountAggregate, accountStream } from '../domain/account.ts';
import type { AccountCommand } from '../domain/commands.ts';
import type { AccountEvent } from '../domain/events.ts';
import { type Account, available } from '../domain/state.ts';
import { grantCredits, holdCredits, openAccount, releaseHold, settleHold } from './commands.ts';
import { eventsAfter } from './histories.ts';

/** As long as real ones are. */
const uuid = '0199c2d4-3f0e-7cc1-a4b5-6d7e8f90';
const grantIdOf = (number: number) => `pay_${uuid}${String(number).padStart(4, '0')}`;
const holdIdOf = (number: number) => `gen_${uuid}${String(number).padStart(4, '0')}`;
const meta = { actor: `${uuid}0000`, correlationId: `${uuid}0000` };
const events = 10_000;
/** Of the account whose grants matter, not its length. */
const fewerEvents = 2_000;
const grants = 200;
const perGrant = 25;

/** Two hundred packs, spread evenly over the events; each is used up before the next but one comes. */
function* packsOneAfterAnother(): Generator<AccountCommand> {
  yield openAccount(0);
  let number = 0;
  for (let grant = 0; grant < grants; grant += 1) {
    yield grantCredits(grantIdOf(grant), perGrant - 1);
    for (let run = 0; run < perGrant - 1; run += 1, number += 1) {
      yield holdCredits(holdIdOf(number), 1);
      yield settleHold(holdIdOf(number), 1);
    }
  }
  // The last pack is not used up: what the account is measured with.
  yield grantCredits('pay_last', 100);
  for (let left = events - 1 - grants - 2 * number - 1; left > 1; left -= 2, number += 1) {
    yield holdCredits(holdIdOf(number), 1);
    yield releaseHold(holdIdOf(number));
  }
}

/** Some events, and then two hundred packs that are all still there. */
function* packsAllAtOnce(): Generator<AccountCommand> {
  yield openAccount(0);
  yield grantCredits('pay_first', 1_000);
  for (let number = 0; number < (fewerEvents - 2 - grants) / 2; number += 1) {
    yield holdCredits(holdIdOf(number), 1);
    yield releaseHold(holdIdOf(number));
  }
  for (let grant = 0; grant < grants; grant += 1) yield grantCredits(grantIdOf(grant), perGrant);
}

let dynamoDb: TestDynamoDb;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.close());

/** Holds and settles one credit on an account with this history. What the calls cost, and how large the items are. */
const generationAfter = async (table: string, commands: Iterable<AccountCommand>) => {
  const stream = accountStream({ app: 'product-studio', user: `${uuid}0000` });
  const history = eventsAfter(stream, commands, meta);
  await dynamoDb.createEventsTable(table);
  await putItems(dynamoDb.client, table, history.map(toItem));
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb.client, table);
  const handle = commandHandler(store, accountAggregate);
  const calls = meter(dynamoDb.client);
  await handle(stream, holdCredits(holdIdOf(9_999), 1), meta);
  await handle(stream, settleHold(holdIdOf(9_999), 1), meta);
  const cost = calls.map(({ operation, units }) => ({ operation, units }));
  const newest = await store.read(stream, { direction: 'backward', limit: 2 });
  return { history, cost, bytes: newest.map((recorded) => itemBytes(toItem(recorded))), state: newest[0]?.state };
};

test('with grants used up one after another: one unit each, as on the first day', async () => {
  const { history, cost, bytes } = await generationAfter('long-one-after-another', packsOneAfterAnother());
  expect(history.length).toBeGreaterThanOrEqual(events - 1);
  expect(history.filter(({ event }) => event.type === 'CreditsGranted')).toHaveLength(grants + 1);
  expect(Math.max(...bytes)).toBeLessThanOrEqual(1_024);
  expect(cost).toEqual([
    { operation: 'Query', units: 1 },
    { operation: 'PutItem', units: 1 },
    { operation: 'Query', units: 1 },
    { operation: 'PutItem', units: 1 },
  ]);
});

test('with two hundred grants at once: still one Query and one small item', async () => {
  const { history, cost, bytes, state } = await generationAfter('long-all-at-once', packsAllAtOnce());
  expect(history).toHaveLength(fewerEvents);
  expect(state && available(state)).toBe(1_000 + grants * perGrant - 1);
  // 4 % of what an item may hold.
  expect(Math.max(...bytes)).toBeLessThanOrEqual(15 * 1_024);
  expect(cost.map(({ operation }) => operation)).toEqual(['Query', 'PutItem', 'Query', 'PutItem']);
  for (const { operation, units } of cost) expect(units).toBeLessThanOrEqual(operation === 'Query' ? 4 : 15);
});
