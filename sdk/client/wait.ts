/** Until a generation is over: told by the socket where there is one, asked for ever more rarely where there is none. */
import type { Generation } from '../api/types.ts';
import type { GenerationUpdated } from '../realtime/messages.ts';
import type { Realtime } from '../realtime/options.ts';
import { isPassing, TesseraError } from './error.ts';
import type { CallOptions } from './options.ts';
import { type Clock, pause } from './time.ts';

export interface Progress {
  readonly status: Generation['status'];
  /** 0 to 100. */
  readonly progress: number;
}
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default: 900,000, a quarter of an hour. It goes on without the client. */
  readonly timeoutMs?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
export interface WaitTools {
  readonly clock: Clock;
  readonly get: (id: string, call: CallOptions) => Promise<Generation>;
  readonly realtime: () => Realtime | undefined;
}

const defaultTimeoutMs = 15 * 60_000;
const firstPollMs = 1_000;
const lastPollMs = 10_000;
const growth = 1.5;
/** The socket tells; this is for what it may not. */
const besideSocketMs = 30_000;

const isOver = (status: string): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';

const pollMs = (polls: number, { random }: Clock): number =>
  Math.min(lastPollMs, firstPollMs * growth ** polls) * (0.75 + random() / 2);

/** What the socket says of one generation, while it is waited for. */
const listenTo = (realtime: Realtime | undefined, id: string, onUpdate: (data: GenerationUpdated) => void) => {
  const told = { isDue: false, wake: () => {} };
  const wake = () => {
    told.isDue = true;
    told.wake();
  };
  const ends = [
    realtime?.on('generation.updated', ({ data }) => {
      if (data.id !== id) return;
      onUpdate(data);
      if (isOver(data.status) || data.status === 'removed') wake();
    }),
    // In between, anything may have happened.
    realtime?.on('state', wake),
    realtime?.on('refetch', wake),
  ];
  return {
    told,
    stop: () => {
      for (const end of ends) end?.();
    },
  };
};

export const waitFor = async ({ clock, get, realtime }: WaitTools, id: string, options: WaitOptions = {}) => {
  const { signal, timeoutMs = defaultTimeoutMs, onProgress } = options;
  const deadline = clock.now() + timeoutMs;
  const socket = realtime();
  const { told, stop } = listenTo(socket, id, ({ status, progress }) => {
    if (status !== 'removed') onProgress?.({ status, progress });
  });
  try {
    for (let polls = 0; ; polls += 1) {
      told.isDue = false;
      // What passes may pass while it is waited.
      const found = await get(id, { signal }).catch((error: unknown) => {
        if (!isPassing(error) || clock.now() >= deadline) throw error;
      });
      if (found && isOver(found.status)) return found;
      if (found) onProgress?.({ status: found.status, progress: found.progress });
      const leftMs = deadline - clock.now();
      if (leftMs <= 0) break;
      const ms = socket?.state === 'open' ? besideSocketMs : pollMs(polls, clock);
      await pause(clock, told.isDue ? 0 : Math.min(ms, leftMs), signal, (wake) => {
        told.wake = wake;
      });
    }
  } finally {
    stop();
  }
  const title = 'The generation is not over yet';
  throw new TesseraError({ type: 'urn:tessera:client:generation-unfinished', title, detail: id });
};
