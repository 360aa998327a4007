/** Tessera's own ledger as the benchmarks drive it: the credits service's decider on the DynamoDB event store. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { accountAggregate, accountStream } from '#services/credits/domain/account.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import { type Account, available } from '#services/credits/domain/state.ts';
import { grantCredits, holdCredits, openAccount, settleHold } from '#services/credits/test/commands.ts';
import { eventsAfter } from '#services/credits/test/histories.ts';
import { ContentionError, commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore, toItem } from '#shared/eventsourcing/dynamo-event-store.ts';
import type { RecordedEvent } from '#shared/eventsourcing/recorded-event.ts';
import { derivedId } from '#shared/ids.ts';
import { putItems } from '#shared/testing/dynamodb.ts';
import { type BenchLedger, startCredits } from './ledger.ts';

const meta = { actor: 'bench', correlationId: 'bench' };
const tool = 'photo-filter';
export const streamOf = (account: string): string => accountStream({ app: 'sparky', user: account });

/** The two commands of a generation. */
export const generationCommands = (account: string, number: number): [hold: AccountCommand, settle: AccountCommand] => {
  const holdId = derivedId('gen', account, String(number));
  return [holdCredits(holdId, 1, { tool }), { ...settleHold(holdId, 1), tool }];
};

/** How every history begins. */
const openingCommands: readonly AccountCommand[] = [openAccount(0), grantCredits('pay_1', startCredits)];

/** An account's first so many events, made in memory: an opening, a pack, then generations. */
export const historyOf = (account: string, length: number): RecordedEvent<AccountEvent, Account>[] => {
  const generations = Array.from({ length: Math.ceil(length / 2) }, (_, index) =>
    generationCommands(account, -1 - index),
  );
  const commands = [...openingCommands, ...generations.flat()].slice(0, length);
  return eventsAfter(streamOf(account), commands, meta);
};

/** What a client does on 503: it tries again. Bounded, for a store that loses writes must not hang the benchmark. */
const retryContention = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ContentionError)) throw error;
    }
  }
  throw new Error('still contended after 200 tries');
};

export const tesseraLedger = (client: DynamoDBDocumentClient, table: string): BenchLedger => {
  const store = dynamoEventStore<Account, AccountEvent>(client, table);
  const handle = commandHandler(store, accountAggregate);
  const send = async (account: string, command: AccountCommand) => {
    const handled = await retryContention(() => handle(streamOf(account), command, meta));
    if (!handled.accepted) throw new Error(`${command.type} was rejected: ${handled.rejection}`);
  };
  return {
    name: 'Tessera',
    seed: async (account, length) => putItems(client, table, historyOf(account, length).map(toItem)),
    load: async (account) => {
      const tail = await store.load(streamOf(account));
      return { version: tail?.version ?? 0, available: tail ? available(tail.state) : 0 };
    },
    hold: (account, number) => send(account, generationCommands(account, number)[0]),
    settle: (account, number) => send(account, generationCommands(account, number)[1]),
  };
};
