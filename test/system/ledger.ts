/** A system test's own hand on accounts: commands with any time, written where the functions read them, and what the read models made of it. */
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { definitions } from '#apps';
import { accountAggregate, accountStream } from '#services/credits/domain/account.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import { policyOf } from '#services/credits/domain/policy.ts';
import type { Account } from '#services/credits/domain/state.ts';
import { projections } from '#services/credits/read-models/projections.ts';
import { commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { parseOwnerKey } from '#shared/owner.ts';
import { readStreams } from '../streams.ts';
import { type Stack, tableName } from './stack.ts';

export const lab = 'sandbox-lab';
const definitionOf = (app: string) => definitions.find(({ id }) => id === app);
const labDefinition = definitionOf(lab);
if (!labDefinition) throw new Error(`there is no app ${lab}`);

/** What the app says of credits at a moment. */
export const policyAt = (at: string) => policyOf(labDefinition, at);

/** Seconds from now, as ISO-8601 UTC. */
export const secondsFromNow = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

type Row = Record<string, unknown>;

export const ledgerOf = ({ account, dynamoDb, tables }: Stack) => {
  const store = dynamoEventStore<Account, AccountEvent>(dynamoDb, tables.credits);
  const handle = commandHandler(store, accountAggregate);
  const send = async (user: string, ...commands: readonly AccountCommand[]): Promise<void> => {
    for (const command of commands) {
      const handled = await handle(accountStream({ app: lab, user }), command, {
        actor: 'test',
        correlationId: 'test',
      });
      if (!handled.accepted) throw new Error(`${user}: ${command.type} was refused: ${handled.rejection}`);
    }
  };
  const rowsOf = async (logicalId: string): Promise<Row[]> => {
    const TableName = tableName(account, 'TesseraCredits', logicalId);
    const rows: Row[] = [];
    for await (const { Items = [] } of paginateScan({ client: dynamoDb }, { TableName })) rows.push(...Items);
    return rows;
  };
  const eventsOf = (user: string) => store.read(accountStream({ app: lab, user }), { limit: 1_000 });
  const keyed = (rows: readonly Row[]) => new Map(rows.map((row) => [`${row.owner} ${row.sk ?? ''}`, row] as const));
  return {
    send,
    eventsOf,
    /** Events' types, without what surrounds them. */
    typesOf: async (user: string) => (await eventsOf(user)).map(({ event }) => event.type),
    rowsOf,
    /** I7: every row of credits' read models, as the newest events would have it, beside what is there. Equal when all is quiet. */
    readModels: async () => {
      const streams = await readStreams<AccountEvent, Account>(dynamoDb, tables.credits);
      const writes = [...streams.values()]
        .flat()
        .flatMap((recorded) =>
          projections.flatMap((projection) => projection(recorded, definitionOf(parseOwnerKey(recorded.stream).app))),
        );
      const expected = (table: string) =>
        keyed(writes.filter((write) => write.table === table).map(({ row }) => ({ ...row })));
      return {
        expected: { balances: expected('balances'), usage: expected('usage') },
        actual: { balances: keyed(await rowsOf('Balances')), usage: keyed(await rowsOf('Usage')) },
      };
    },
  };
};
export type Ledger = ReturnType<typeof ledgerOf>;

/** Does something for each, some at a time. */
export const forEach = async <Item>(items: readonly Item[], run: (item: Item) => Promise<void>, atOnce = 8) => {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

/** The generated id of a schedule, by the beginning of its logical id. */
export const scheduleName = ({ account }: Stack, logicalId: string): string => {
  const [schedule, ...more] = account.model
    .ofType('AWS::Scheduler::Schedule')
    .filter((one) => one.logicalId.startsWith(logicalId));
  if (!schedule || more.length > 0) throw new Error(`not exactly one schedule begins with ${logicalId}`);
  return schedule.logicalId;
};

/** What matters of an account's events: what happened, to how many credits. */
export const told = (events: readonly { readonly event: AccountEvent }[]) =>
  events.map(({ event }) => {
    switch (event.type) {
      case 'CreditsGranted':
        return `${event.type} ${event.kind} ${event.credits}`;
      case 'CreditsHeld':
        return `${event.type} ${JSON.stringify(Object.values(event.rows))}`;
      case 'HoldSettled':
        return `${event.type} ${JSON.stringify(Object.values(event.spent))}`;
      case 'HoldReleased':
        return `${event.type} ${event.reason} ${JSON.stringify(Object.values(event.returned))}`;
      default:
        return event.type;
    }
  });
