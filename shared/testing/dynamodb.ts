/** A DynamoDB of a test's own: dynoxide in memory on a free port, with events tables made on demand. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface TestDynamoDb {
  readonly endpoint: string;
  readonly client: DynamoDBDocumentClient;
  /** Makes a table keyed as all events tables are; gives its name. */
  createEventsTable(name: string): Promise<string>;
  /** Makes a table with one string key; gives its name. */
  createKeyedTable(name: string, partitionKey: string): Promise<string>;
  close(): Promise<void>;
}

/** One call as DynamoDB counted it. */
export interface MeteredCall {
  readonly operation: string;
  readonly units: number;
}

/** Asks for the capacity that each call takes, and lists the calls made from now on. */
export const meter = (client: DynamoDBDocumentClient): MeteredCall[] => {
  const calls: MeteredCall[] = [];
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      const { ConsumedCapacity } = result.output as {
        ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[];
      };
      const units = [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
      calls.push({ operation: (context.commandName ?? '').replace(/Command$/, ''), units });
      return result;
    },
    { step: 'initialize', name: 'meter', override: true },
  );
  return calls;
};

const binaryPath = (): string => {
  const path = fileURLToPath(import.meta.resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`));
  if (!existsSync(path)) throw new Error(`there is no dynoxide at ${path}: run npm ci`);
  return path;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (!address || typeof address === 'string') throw new Error('no port');
  return address.port;
};

/** Resolves when the server has said that it listens. */
const listening = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('listening')) resolve();
    });
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`dynoxide ended with ${code}: ${said}`)));
  });

const eventsTable: Omit<CreateTableCommandInput, 'TableName'> = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'stream', KeyType: 'HASH' },
    { AttributeName: 'version', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'stream', AttributeType: 'S' },
    { AttributeName: 'version', AttributeType: 'N' },
  ],
};

/** Waits for the end of a pipe that only the test holds: a test run that is killed takes its server with it. */
const watcher = '(cat <&3; kill -TERM $$) >/dev/null 2>&1 & exec "$@" 3<&-';

export const startDynamoDb = async (): Promise<TestDynamoDb> => {
  const port = await freePort();
  const server = spawn('sh', ['-c', watcher, 'dynoxide', binaryPath(), '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  await listening(server);
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const base = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials });
  const client = DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } });
  return {
    endpoint,
    client,
    createEventsTable: async (TableName) => {
      await client.send(new CreateTableCommand({ TableName, ...eventsTable }));
      return TableName;
    },
    createKeyedTable: async (TableName, partitionKey) => {
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: 'S' }],
        }),
      );
      return TableName;
    },
    close: async () => {
      client.destroy();
      base.destroy();
      const ended = once(server, 'exit');
      (server.stdio[3] as Writable).end();
      await ended;
    },
  };
};
