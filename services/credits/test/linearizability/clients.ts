/** Clients that work on one account at once, each through a connection of its own, and write down what they saw. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { seededRandom } from '#local/gateway/faults.ts';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { dynamoEventStore } from '#shared/eventsourcing/dynamo-event-store.ts';
import { readAll } from '#shared/eventsourcing/event-store.ts';
import type { AccountCommand } from '../../domain/commands.ts';
import type { AccountEvent } from '../../domain/events.ts';
import { type Account, available, held } from '../../domain/state.ts';
import { type AccountStore, accountHandler } from '../../handle-account.ts';
import { grantCredits, holdCredits, openAccount, releaseHold, settleHold } from '../commands.ts';
import type { Observed } from './check.ts';
import type { Operation } from './model.ts';

export const startCredits = 30;
const clients = 8;
const operationsEach = 30;

/** Few credits and, at a time, few ids, so that clients run out and meet on the same holds. */
const randomOperation = (random: () => number, number: number): Operation => {
  const pick = (max: number) => 1 + Math.floor(random() * max);
  const id = `gen_${number + pick(5)}`;
  const chance = random();
  if (chance < 0.4) return { type: 'hold', id, credits: pick(12) };
  if (chance < 0.6) return { type: 'settle', id, credits: pick(8) };
  if (chance < 0.75) return { type: 'release', id };
  if (chance < 0.85) return { type: 'grant', id: `pay_${number + pick(4)}`, credits: pick(6) };
  return { type: 'read' };
};

const commandOf = (operation: Exclude<Operation, { type: 'read' }>): AccountCommand => {
  switch (operation.type) {
    case 'grant':
      return grantCredits(operation.id, operation.credits);
    case 'hold':
      return holdCredits(operation.id, operation.credits);
    case 'settle':
      return settleHold(operation.id, operation.credits);
    case 'release':
      return releaseHold(operation.id);
  }
};

const perform = async (
  store: AccountStore,
  stream: string,
  id: string,
  operation: Operation,
): Promise<Pick<Observed, 'answer' | 'version' | 'wrote'>> => {
  if (operation.type === 'read') {
    const tail = await store.load(stream);
    const state = tail?.state ?? ({ status: 'unopened' } as const);
    return { answer: `${available(state)} available, ${held(state)} held`, version: tail?.version ?? 0 };
  }
  const handled = await accountHandler(store)(stream, commandOf(operation), { actor: 'client', correlationId: id });
  return handled.accepted
    ? { answer: 'done', version: handled.version, wrote: handled.events.length > 0 }
    : { answer: handled.rejection, version: handled.version };
};

/** A connection broke too often, or the account stayed contended: nobody knows whether it was done. */
const isUnknown = (error: unknown): boolean =>
  error instanceof ContentionError ||
  (error instanceof Error &&
    /ECONNRESET|socket hang up|EPIPE|aborted/.test(`${error.message} ${'code' in error ? error.code : ''}`));

const runClient = async (
  store: AccountStore,
  stream: string,
  { name, seed }: { readonly name: string; readonly seed: number },
): Promise<Observed[]> => {
  const random = seededRandom(seed);
  const seen: Observed[] = [];
  for (let number = 0; number < operationsEach; number += 1) {
    const operation = randomOperation(random, number);
    const id = `${name}-${number}`;
    const calledAt = performance.now();
    try {
      const heard = await perform(store, stream, id, operation);
      seen.push({ id, operation, calledAt, answeredAt: performance.now(), ...heard });
    } catch (error) {
      if (!isUnknown(error)) throw error;
      seen.push({ id, operation, calledAt, answeredAt: Number.POSITIVE_INFINITY });
    }
  }
  return seen;
};

export interface History {
  readonly history: readonly Observed[];
  /** The version of each operation's last event, read from the stream afterwards. */
  readonly written: ReadonlyMap<string, number>;
}

export interface Setting {
  readonly table: string;
  readonly stream: string;
  readonly seed: number;
  /** Where the account is opened and read again, without faults. */
  readonly client: DynamoDBDocumentClient;
  /** Where the clients connect. */
  readonly endpoint: string;
  /** Breaks a client's store on purpose. */
  readonly broken?: (store: AccountStore, client: DynamoDBDocumentClient) => AccountStore;
}

/** Eight clients at once on a new account with 30 credits. */
export const runClients = async ({ table, stream, seed, client, endpoint, broken }: Setting): Promise<History> => {
  const store = dynamoEventStore<Account, AccountEvent>(client, table);
  await accountHandler(store)(stream, openAccount(startCredits), { actor: 'test', correlationId: 'opening' });
  const connections = Array.from(
    { length: clients },
    () =>
      new DynamoDBClient({
        endpoint,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
  );
  const histories = await Promise.all(
    connections.map((connection, index) => {
      const own = DynamoDBDocumentClient.from(connection, { marshallOptions: { removeUndefinedValues: true } });
      const ownStore = dynamoEventStore<Account, AccountEvent>(own, table);
      const about = { name: `client-${index}`, seed: seed * 100 + index };
      return runClient(broken ? broken(ownStore, own) : ownStore, stream, about);
    }),
  );
  for (const connection of connections) connection.destroy();
  const written = new Map<string, number>();
  for await (const { version, meta } of readAll(store, stream))
    if (meta.correlationId !== 'opening') written.set(meta.correlationId, version);
  return { history: histories.flat(), written };
};
