/** Who listens to what. A handler that throws stops neither the others nor the connection. */
import type { RealtimeEvents } from './options.ts';

type Event = keyof RealtimeEvents;
type Handler = (value: never) => void;

export interface Handlers {
  on<E extends Event>(event: E, handler: (value: RealtimeEvents[E]) => void): () => void;
  tell<E extends Event>(event: E, value: RealtimeEvents[E]): void;
  clear(): void;
}

export const eventHandlers = (): Handlers => {
  const handlers = new Map<Event, Set<{ readonly handle: Handler }>>();

  const tell = <E extends Event>(event: E, value: RealtimeEvents[E]): void => {
    const listening = handlers.get(event);
    if (event === 'error' && !listening?.size) console.error(value);
    for (const entry of [...(listening ?? [])]) {
      // One before it may have ended it.
      if (!listening?.has(entry)) continue;
      try {
        entry.handle(value as never);
      } catch (error) {
        if (event === 'error') console.error(error);
        else tell('error', error);
      }
    }
  };

  return {
    on(event, handle) {
      // The same function may listen twice; each ends by itself.
      const entry = { handle: handle as Handler };
      const listening = handlers.get(event) ?? new Set();
      handlers.set(event, listening.add(entry));
      return () => void listening.delete(entry);
    },
    tell,
    clear() {
      for (const listening of handlers.values()) listening.clear();
    },
  };
};
