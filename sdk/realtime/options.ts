/** What the client takes: the address, the token, and whatever a browser, Node and React Native each have in their own way. */
import type { SocketData, SocketMessage } from './messages.ts';

/** The part of a WebSocket that is used; those of browsers, Node, React Native and the package ws all have it. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}
export type SocketClass = new (url: string, protocols: string[]) => Socket;

export interface Timers {
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** `localStorage` is one, and React Native's AsyncStorage. */
export interface CursorStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
}

/** Calls back whenever something came to pass, until the returned function is called. */
export type Subscribe = (told: () => void) => () => void;

export interface Network {
  /** Whether it is worth trying. */
  isOnline(): boolean;
  /** On either change. */
  onChange: Subscribe;
}

/**
 * `connecting`: a try is under way. `open`: what was missed is told, and what happens is told at once. `waiting`: until the next try.
 * `refused`: the token was refused, and a fresh one too. `closed`: by `close()`.
 */
export type RealtimeState = 'connecting' | 'open' | 'waiting' | 'refused' | 'closed';

export interface RealtimeOptions {
  /** `wss://…`, as the deployment names it. */
  readonly url: string;
  /** A good access token of the user; asked for at each connection. */
  readonly token: () => string | Promise<string>;
  readonly onMessage?: ((message: SocketMessage) => void) | undefined;
  /** More was missed than can be told: ask the API for everything that is shown. */
  readonly onRefetch?: (() => void) | undefined;
  readonly onState?: ((state: RealtimeState) => void) | undefined;
  /** What a handler, `token` or `storage` threw, what the server could not make sense of, and that three tries in a row came to nothing. Default: `console.error`. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Cursor to resume from; default: what `storage` holds. Without either, it begins with now. */
  readonly since?: string | undefined;
  /** Keeps the cursor for the next start. Only for apps that keep what they show as well. */
  readonly storage?: CursorStorage | undefined;
  /** Default: `tessera.realtime`. */
  readonly storageKey?: string | undefined;
  /** Default: the global one. */
  readonly WebSocket?: SocketClass | undefined;
  /** Default: the browser's `navigator.onLine` and its events; elsewhere always online. */
  readonly network?: Network | undefined;
  /** When the user looks at the app again. Default: the browser's `visibilitychange`. */
  readonly onForeground?: Subscribe | undefined;
  /** 0 to 1. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly timers?: Timers | undefined;
}

/** What `on` listens to: each type of message, and what concerns all. */
export type RealtimeEvents = { [Type in keyof SocketData]: Extract<SocketMessage, { readonly type: Type }> } & {
  readonly message: SocketMessage;
  readonly refetch: undefined;
  readonly state: RealtimeState;
  readonly error: unknown;
};

export interface Realtime {
  readonly state: RealtimeState;
  /** The newest one: hand it back as `since`. */
  readonly cursor: string | undefined;
  /** Answers with what ends it. */
  on<Event extends keyof RealtimeEvents>(event: Event, handler: (value: RealtimeEvents[Event]) => void): () => void;
  /** Tries at once, also after a refusal, as when the user has signed in again. */
  reconnect(): void;
  /** For good. No handler is called any more. */
  close(): void;
}
