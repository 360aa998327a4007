/** An EventBridge endpoint that keeps what is put and fails as it is told: the real client talks to it over HTTP. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';

export interface PutEntry {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
  readonly Time: number;
}

export interface TestEventBus {
  readonly endpoint: string;
  readonly client: EventBridgeClient;
  /** Every call's entries, whether they were taken or not. */
  readonly calls: PutEntry[][];
  /** Decides about each entry from now on; `throttled` refuses it. Without one, all are taken. */
  decide: (entry: PutEntry) => 'taken' | 'throttled';
  /** The whole call fails from now on. */
  broken: boolean;
  close(): Promise<void>;
}

export const startEventBus = async (): Promise<TestEventBus> => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { Entries } = JSON.parse(Buffer.concat(chunks).toString()) as { Entries: PutEntry[] };
    bus.calls.push(Entries);
    const results = Entries.map((entry, index) =>
      bus.decide(entry) === 'taken'
        ? { EventId: `event-${index}` }
        : { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' },
    );
    const failed = results.filter((result) => 'ErrorCode' in result).length;
    response.writeHead(bus.broken ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(
        bus.broken
          ? { __type: 'ResourceNotFoundException', message: 'there is no such bus' }
          : { FailedEntryCount: failed, Entries: results },
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const bus: TestEventBus = {
    endpoint,
    client: new EventBridgeClient({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
    calls: [],
    decide: () => 'taken',
    broken: false,
    close: async () => {
      bus.client.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return bus;
};
