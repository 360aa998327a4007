/** What a generation's ledger path costs on DynamoDB, counted at the gateway: two writes of one unit, two reads of at most one. */
import { beforeAll, expect, test } from '@jest/globals';
import { sandboxLab } from '#apps/sandbox-lab.ts';
import type { AwsCall } from '#local/contracts.ts';
import { accountAggregate, accountStream } from '#services/credits/domain/account.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import { policyOf } from '#services/credits/domain/policy.ts';
import { type Account, closedHoldsKept, epochSeconds } from '#services/credits/domain/state.ts';
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { newId } from '#shared/ids.ts';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { sharedStack } from './shared-stack.ts';
import type { Stack, User } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);

const brief = ({ operation, readUnits = 0, writeUnits = 0 }: AwsCall) => ({ operation, readUnits, writeUnits });

/** A busy account: a pack bought, and more holds closed than it remembers. */
const withHistory = async (user: User) => {
  const handle = commandHandler(
    dynamoEventStore<Account, AccountEvent>(stack.dynamoDb, stack.tables.credits),
    accountAggregate,
  );
  const at = new Date().toISOString();
  const meta = { actor: 'test', correlationId: 'test' };
  const send = (command: AccountCommand) => handle(accountStream({ app: user.app, user: user.id }), command, meta);
  await send({ type: 'OpenAccount', welcomeCredits: 10, at });
  await send({ type: 'GrantCredits', grantId: 'pi_3SThs2AbCdEfGhIj0KlMnOpQ', kind: 'pack', credits: 500, at });
  for (let run = 0; run < closedHoldsKept + 2; run += 1) {
    const holdId = newId('gen');
    await send({
      type: 'HoldCredits',
      holdId,
      tool: 'test',
      credits: 1,
      expiresAt: epochSeconds(at) + 900,
      policy: policyOf(sandboxLab, at),
      at,
    });
    await send({ type: 'SettleHold', holdId, tool: 'test', credits: 1, at });
  }
};

test('X12 hold and settlement: one read and one write each, of one unit, however long the history', async () => {
  const user = await stack.signUp('sandbox-lab');
  await withHistory(user);
  const { id } = await uploadAsset(user.api, await makePhoto({ width: 64, height: 64 }));
  await stack.account.drain();
  stack.account.calls.clear();
  const { status } = await user.api.generate({ tool: 'fallback', inputs: [id] });
  expect(status).toBe(202);
  await stack.account.drain();

  const callsOf = (entry: string) =>
    stack.account.calls
      .of({ caller: stack.account.functionName(`services/credits/handlers/${entry}.ts`) })
      // A process asks the catalog once in four seconds for an app, however many holds it makes.
      .filter(({ operation }) => operation !== 'Invoke')
      .map(brief);
  const one = [
    { operation: 'Query', readUnits: 1, writeUnits: 0 },
    { operation: 'PutItem', readUnits: 0, writeUnits: 1 },
  ];
  expect({ hold: callsOf('hold'), settle: callsOf('on-job-ended') }).toEqual({ hold: one, settle: one });
});
