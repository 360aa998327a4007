/** Firehose: streams that collect records and deliver them together. */
import { randomUUID } from 'node:crypto';
import { type DeliveryParts, deliverRecords } from './delivery.ts';
import type { DeliveryStream } from './read-streams.ts';
import type { PutRecord } from './transformation.ts';

export interface FirehoseOptions extends DeliveryParts {
  readonly streams: readonly DeliveryStream[];
  /** By the clock as well, for an account that runs long; else when asked and when a stream is full. */
  readonly live: boolean;
  readonly report: (source: string, message: string) => void;
}

export interface Firehose {
  /** @throws Error when there is no such stream. */
  put(streamArn: string, data: Buffer): void;
  /** Everything that streams hold is in its bucket afterwards, or told of as a problem. */
  flush(): Promise<void>;
  /** A live account delivers what is left. */
  close(): Promise<void>;
}

/** Streams of production collect for a quarter of an hour; who tries things out does not wait that long. */
const liveIntervalMs = 30_000;

interface Buffered {
  readonly put: (data: Buffer) => void;
  readonly flush: () => Promise<void>;
  readonly stop: () => void;
}

function createBuffer(stream: DeliveryStream, { live, report, ...parts }: FirehoseOptions): Buffered {
  let held: PutRecord[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let delivered: Promise<void> = Promise.resolve();

  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };

  /** One delivery after the other, each with all that came before it. */
  function flush(): Promise<void> {
    stop();
    const records = held;
    held = [];
    bytes = 0;
    if (records.length > 0)
      delivered = delivered
        .then(() => deliverRecords(stream, records, parts))
        .catch((error: unknown) =>
          report(`firehose ${stream.name}`, `${records.length} records are lost: ${String(error)}`),
        );
    return delivered;
  }

  return {
    flush,
    stop,
    put(data) {
      held.push({ id: randomUUID(), arrivedAt: Date.now(), data });
      bytes += data.length;
      if (bytes >= stream.sizeBytes) void flush();
      else if (live) timer ??= setTimeout(() => void flush(), Math.min(stream.intervalMs, liveIntervalMs));
    },
  };
}

export function createFirehose(options: FirehoseOptions): Firehose {
  const buffers = new Map(options.streams.map((stream) => [stream.arn, createBuffer(stream, options)]));
  const flush = async () => {
    await Promise.all([...buffers.values()].map((buffer) => buffer.flush()));
  };
  return {
    put(streamArn, data) {
      const buffer = buffers.get(streamArn);
      if (!buffer) throw new Error(`ResourceNotFoundException: there is no delivery stream ${streamArn}`);
      buffer.put(data);
    },
    flush,
    async close() {
      if (options.live) await flush();
      for (const buffer of buffers.values()) buffer.stop();
      await options.parquet.close();
    },
  };
}
