/** A stream record that cannot be processed: after bounded tries it lies in a dead-letter queue, and every other account goes on. */
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AccountModel } from '#local/contracts.ts';
import { type Ledger, lab, ledgerOf, secondsFromNow } from './ledger.ts';
import { type Stack, startStack } from './stack.ts';

/** The deployed mappings try 50 times, for an outage of minutes; `test/templates.test.ts` sees to it that there is a bound. */
const retries = 3;
const withFewRetries = (model: AccountModel): void => {
  for (const { properties } of model.ofType('AWS::Lambda::EventSourceMapping'))
    if (properties.MaximumRetryAttempts !== undefined) properties.MaximumRetryAttempts = retries;
};

let stack: Stack;
let ledger: Ledger;
beforeAll(async () => {
  stack = await startStack({ editModel: withFewRetries });
  ledger = ledgerOf(stack);
}, 60_000);
afterAll(() => stack.close());

/** No command makes such an item: its state is of no account. */
const key = { stream: `${lab}#poison`, version: 1 };
const poison = {
  ...key,
  id: 'event-poison',
  type: 'CreditsGranted',
  at: '2026-11-05T12:00:00.000Z',
  data: {},
  meta: { actor: 'test', correlationId: 'test' },
  state: { status: 'open' },
  hash: new Uint8Array(32),
};

const open = (user: string) => ledger.send(user, { type: 'OpenAccount', at: secondsFromNow(0), welcomeCredits: 10 });

/** How often the mapping of this function tried, as it reported. */
const attempts = (entry: string): number[] => {
  const name = stack.account.functionName(`services/credits/handlers/${entry}.ts`);
  return stack.account.problems.all
    .filter(({ message }) => message.includes(`${name} gave up on`))
    .map(({ message }) => Number(/after (\d+) attempts/.exec(message)?.[1]));
};

test('I7 the dead-letter queue has it after the tries it is allowed, the rows of all others are complete', async () => {
  const before = Array.from({ length: 5 }, (_, index) => `before-${index}`);
  const after = Array.from({ length: 5 }, (_, index) => `after-${index}`);
  await Promise.all(before.map(open));
  await stack.dynamoDb.send(new PutCommand({ TableName: stack.tables.credits, Item: poison }));
  await Promise.all(after.map(open));
  await stack.account.drain();

  expect({ project: attempts('project'), relay: attempts('relay') }).toEqual({
    project: [1 + retries],
    relay: [1 + retries],
  });
  for (const queue of ['TesseraCredits.ProjectedDeadLetters', 'TesseraCredits.RelayedDeadLetters']) {
    const messages = await stack.account.queue(queue).messages();
    expect(messages.map(({ Body }) => JSON.parse(Body ?? '{}'))).toMatchObject([
      { DDBStreamBatchInfo: { batchSize: 1 } },
    ]);
  }
  const rows = await ledger.rowsOf('Balances');
  expect(rows.map(({ user }) => user).toSorted()).toEqual([...after, ...before].toSorted());
  // The stream is not stopped: what comes later is read at once.
  await open('later');
  await stack.dynamoDb.send(new DeleteCommand({ TableName: stack.tables.credits, Key: key }));
  await stack.account.drain();
  const { actual, expected } = await ledger.readModels();
  expect(actual).toEqual(expected);
  expect((await stack.check()).violations).toEqual([]);
}, 60_000);
