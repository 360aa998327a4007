/**
 * The event store under two questions: does loading an account slow down as its history grows, and does an account
 * that many write to at once lose anything? Times depend on the machine; read the ratios.
 */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { accountAggregate, accountStream } from '#services/credits/domain/account.ts';
import type { AccountCommand } from '#services/credits/domain/commands.ts';
import type { AccountEvent } from '#services/credits/domain/events.ts';
import { type Account, available, epochSeconds } from '#services/credits/domain/state.ts';
import { ContentionError, commandHandler } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { derivedId } from '#shared/ids.ts';
import { median, printTable, timed } from './table.ts';

const meta = { actor: 'bench', correlationId: 'bench' };
const owner = (user: string) => accountStream({ app: 'sparky', user });

const accounts = (client: DynamoDBDocumentClient, table: string) => {
  const store = dynamoEventStore<Account, AccountEvent>(client, table);
  const handle = commandHandler(store, accountAggregate);
  const at = new Date().toISOString();
  const send = (stream: string, command: AccountCommand) => handle(stream, command, meta);
  /** One generation: a hold and its settlement, two events. */
  const generate = async (stream: string, number: number) => {
    const holdId = derivedId('gen', stream, String(number));
    const hold = {
      type: 'HoldCredits',
      holdId,
      tool: 'bench',
      credits: 1,
      expiresAt: epochSeconds(at) + 3_600,
      day: 20_261_105,
      at,
    } as const;
    for (const command of [hold, { type: 'SettleHold', holdId, tool: 'bench', credits: 1, at } as const]) {
      const handled = await retryContention(() => send(stream, command));
      if (!handled.accepted) throw new Error(`${command.type} was rejected: ${handled.rejection}`);
    }
  };
  const open = async (stream: string) => {
    await send(stream, { type: 'OpenAccount', welcomeCredits: 1_000_000, at });
  };
  return { store, open, generate };
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

/** Time to load an account by the length of its history. */
export const benchLoad = async (client: DynamoDBDocumentClient, table: string): Promise<void> => {
  const { store, open, generate } = accounts(client, table);
  const histories: { length: number; stream: string; times: number[] }[] = [];
  for (const length of [10, 1_000, 10_000]) {
    const stream = owner(`load-${length}`);
    await open(stream);
    for (let version = 2; version < length; version += 2) await generate(stream, version);
    histories.push({ length, stream, times: [] });
  }
  // Taken in turns, so that a busy moment of the machine strikes all three alike.
  for (let run = 0; run < 400; run += 1)
    for (const { stream, times } of histories) times.push(await timed(() => store.load(stream)));
  const first = median(histories[0]?.times ?? []);
  const rows = await Promise.all(
    histories.map(async ({ length, stream, times }) => {
      const { version = 0 } = (await store.load(stream)) ?? {};
      const ms = median(times);
      return [`${length.toLocaleString('en')} events`, version, ms.toFixed(2), (ms / first).toFixed(2)];
    }),
  );
  printTable('Load one account (400 loads each)', ['history', 'version', 'median ms', '× the first'], rows);
};

/** Appends per second by the number of writers on one account. */
export const benchAppend = async (client: DynamoDBDocumentClient, table: string): Promise<void> => {
  const { store, open, generate } = accounts(client, table);
  const generations = 320;
  const rows: (string | number)[][] = [];
  let first = Number.NaN;
  for (const writers of [1, 8, 32]) {
    const stream = owner(`append-${writers}`);
    await open(stream);
    const share = Array.from({ length: writers }, (_, writer) => writer);
    const ms = await timed(() =>
      Promise.all(
        share.map(async (writer) => {
          for (let number = writer; number < generations; number += writers) await generate(stream, number);
        }),
      ),
    );
    const tail = await store.load(stream);
    const lost = 2 + 2 * generations - (tail?.version ?? 0);
    const missing =
      tail && tail.state.status !== 'unopened' ? 1_000_000 - generations - available(tail.state) : Number.NaN;
    const perSecond = (2 * generations * 1_000) / ms;
    if (Number.isNaN(first)) first = perSecond;
    rows.push([
      `${writers} writer${writers === 1 ? '' : 's'}`,
      Math.round(perSecond),
      (perSecond / first).toFixed(2),
      lost,
      missing,
    ]);
    if (lost !== 0 || missing !== 0)
      throw new Error(`${writers} writers: ${lost} events lost, ${missing} credits missing`);
  }
  printTable(
    'Append to one account (320 generations, 640 events)',
    ['writers', 'appends/s', '× one writer', 'lost', 'credits off'],
    rows,
  );
};
