/** What the client finds around it where its options name nothing else. Only browsers have all of it. */
import type { Network, SocketClass, Subscribe, Timers } from './options.ts';

interface Listens {
  addEventListener?(event: string, listener: () => void): void;
  removeEventListener?(event: string, listener: () => void): void;
}
interface Surroundings extends Listens {
  readonly WebSocket?: SocketClass;
  readonly navigator?: { readonly onLine?: boolean };
  readonly document?: Listens & { readonly visibilityState?: string };
}
const around = globalThis as unknown as Surroundings;

const listen = (target: Listens | undefined, events: readonly string[], told: () => void): (() => void) => {
  for (const event of events) target?.addEventListener?.(event, told);
  return () => {
    for (const event of events) target?.removeEventListener?.(event, told);
  };
};

export const network: Network = {
  isOnline: () => around.navigator?.onLine !== false,
  onChange: (told) => listen(around, ['online', 'offline'], told),
};

export const onForeground: Subscribe = (told) =>
  listen(around.document, ['visibilitychange'], () => {
    if (around.document?.visibilityState === 'visible') told();
  });

export const timers: Timers = {
  setTimeout: (run, ms) => globalThis.setTimeout(run, ms),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
};

export const socketClass = (): SocketClass => {
  if (around.WebSocket === undefined) throw new Error('there is no WebSocket here: name one by the option WebSocket');
  return around.WebSocket;
};
