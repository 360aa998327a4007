/**
 * The SQS and S3 backend, inside this process and without a port of its own: fauxqs' own server listens on every interface.
 * Its stores are not part of its public interface, so its version is pinned; `gateway.test.ts` covers what is used of them.
 */
import type { FastifyInstance } from 'fastify';
import { buildApp } from 'fauxqs';
import { PersistenceManager } from '../../node_modules/fauxqs/dist/persistence.js';
import { S3Store } from '../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import type { QueueDepth } from '../contracts.ts';
import type { Answer } from './answer.ts';

export type { S3Store, SqsStore };

type Queue = NonNullable<ReturnType<SqsStore['getQueueByArn']>>;
type Message = Parameters<Queue['enqueue']>[0];

/** The same message, as if it were sent now. */
export const sentAnew = ({ body, messageAttributes, messageGroupId }: Message): Message =>
  SqsStore.createMessage(body, messageAttributes, undefined, messageGroupId);

export interface Fauxqs {
  readonly sqs: SqsStore;
  readonly s3: S3Store;
  queueDepth(name: string): QueueDepth;
  /** Sends a request through its HTTP layer. */
  send(request: ForwardedRequest): Promise<Answer>;
  close(): Promise<void>;
}

export interface ForwardedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly payload: Buffer;
}

/** Of the connection between client and gateway, not of the answer. */
const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

export function createFauxqs(dataDir?: string): Fauxqs {
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const persistence = dataDir ? new PersistenceManager(dataDir) : undefined;
  if (persistence) {
    // Loaded before the stores know of it, or loading would write everything back.
    persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
    stores.sqsStore.persistence = persistence;
    stores.s3Store.persistence = persistence;
    for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;
  }
  const app: Pick<FastifyInstance, 'inject' | 'close'> = buildApp({ logger: false, stores });
  return {
    sqs: stores.sqsStore,
    s3: stores.s3Store,
    queueDepth: (name) => {
      const queue = stores.sqsStore.getQueueByName(name);
      if (!queue) throw new Error(`no queue is named ${name}`);
      queue.processTimers();
      const { ready, inflight, delayed } = queue.inspectMessages();
      return { visible: ready.length, inFlight: inflight.length, delayed: delayed.length };
    },
    send: async ({ method, url, headers, payload }) => {
      const given = Object.fromEntries(
        Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const sent = { ...given, 'content-length': String(payload.length) };
      const response = await app.inject({ method: method as 'GET', url, headers: sent, payload });
      const answered = Object.entries(response.headers).filter(([name]) => !hopHeaders.has(name));
      return {
        status: response.statusCode,
        headers: Object.fromEntries(answered.map(([name, value]) => [name, String(value)])),
        body: response.rawPayload,
      };
    },
    close: async () => {
      stores.sqsStore.shutdown();
      await app.close();
      persistence?.close();
    },
  };
}
