/**
 * What a user hears at once: one socket that comes back after every drop, resumes where it was, and is replaced before its token
 * ends. Each thing's versions are told once and in order, however the server's messages come.
 */
import { backOffMs } from './back-off.ts';
import { type Cursor, keptCursor } from './cursor.ts';
import type { Ending } from './ending.ts';
import { eventHandlers, type Handlers } from './handlers.ts';
import { Line, type LineListener, type LineTools } from './line.ts';
import type { SocketMessage } from './messages.ts';
import { newest } from './newest.ts';
import type { Network, Realtime, RealtimeOptions, RealtimeState, Timers } from './options.ts';
import * as surroundings from './surroundings.ts';

/** A socket is replaced so long before its token ends. */
const leadMs = 30_000;
/** A connection that lasted so long was a good one: the next wait begins small again. */
const stableMs = 60_000;
/** Timers cannot hold more than 24 days. */
const longestTimerMs = 60 * 60_000;
/** The second time, the token was a fresh one. */
const refusalsAtMost = 2;
/** One or two happen on any network; more may be a wrong address, or a token that is refused. */
const failuresToTell = 3;
/** Between tries, whatever comes to pass meanwhile. */
const pauseMs = 1_000;
/** One of too many devices stays away so long, or until it is looked at. */
const replacedMs = 5 * 60_000;

class Connection implements LineListener {
  state: RealtimeState = 'connecting';
  readonly cursor: Cursor;
  readonly #handlers: Handlers;
  readonly #versions = newest();
  readonly #network: Network;
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #lineTools: LineTools;
  readonly #subscriptions: readonly (() => void)[];
  /** The one in use, and the one that is to become it. */
  #line: Line | undefined;
  #next: Line | undefined;
  /** In a row, since a connection was stable. */
  #failures = 0;
  /** In a row, since a connection was open. */
  #refusals = 0;
  #triedAtMs = 0;
  #retry: unknown;
  #expiry: unknown;
  #stable: unknown;

  constructor(options: RealtimeOptions, handlers: Handlers) {
    this.#handlers = handlers;
    this.#network = options.network ?? surroundings.network;
    this.#timers = options.timers ?? surroundings.timers;
    this.#random = options.random ?? Math.random;
    this.#now = options.now ?? Date.now;
    this.cursor = keptCursor({
      since: options.since,
      storage: options.storage,
      key: options.storageKey ?? 'tessera.realtime',
      onError: (error) => this.error(error),
    });
    this.#lineTools = {
      url: options.url,
      WebSocket: options.WebSocket ?? surroundings.socketClass(),
      timers: this.#timers,
      since: () => this.cursor.load(),
      token: async () => options.token(),
    };
    this.#subscriptions = [
      this.#network.onChange(() => this.wake()),
      (options.onForeground ?? surroundings.onForeground)(() => this.wake()),
    ];
  }

  connect(): void {
    this.#timers.clearTimeout(this.#retry);
    if (this.#next !== undefined || this.state === 'closed') return;
    // The network's change wakes it again.
    if (!this.#network.isOnline()) {
      if (this.#line === undefined) this.#enter('waiting');
      return;
    }
    this.#triedAtMs = this.#now();
    this.#next = new Line(this.#lineTools, this);
    void this.#next.open();
    if (this.#line === undefined) this.#enter('connecting');
  }

  /** Perhaps things are better than they look, or worse. */
  wake(): void {
    if (this.state === 'refused' || this.state === 'closed') return;
    if (this.#line !== undefined) {
      if (this.#network.isOnline()) this.#line.check();
      return;
    }
    const leftMs = this.#triedAtMs + pauseMs - this.#now();
    if (leftMs > 0 && leftMs <= pauseMs && this.#next === undefined) this.#connectIn(leftMs);
    else this.connect();
  }

  reconnect(): void {
    if (this.state === 'refused') {
      this.#failures = 0;
      this.#refusals = 0;
      this.connect();
    } else this.wake();
  }

  close(): void {
    if (this.state === 'closed') return;
    this.#hangUp();
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#enter('closed');
    this.#handlers.clear();
  }

  caughtUp(line: Line): void {
    this.#line?.close();
    this.#line = line;
    this.#next = undefined;
    this.#refusals = 0;
    this.#timers.clearTimeout(this.#stable);
    this.#stable = this.#timers.setTimeout(() => {
      this.#failures = 0;
    }, stableMs);
    this.#replaceInTime(line);
    this.#enter('open');
  }

  message(line: Line, message: SocketMessage): void {
    if (!this.#versions.isNews(message)) return;
    this.#handlers.tell(message.type, message as never);
    this.#handlers.tell('message', message);
    // While a line resumes, what came before this message is not told yet.
    if (line.isCaughtUp) this.cursor.move(message.cursor);
  }

  cursorMoved(cursor: string): void {
    this.cursor.move(cursor);
  }

  refetch(): void {
    this.#handlers.tell('refetch', undefined);
  }

  error(error: unknown): void {
    if (this.state !== 'closed') this.#handlers.tell('error', error);
  }

  ended(line: Line, ending: Ending): void {
    if (ending === 'refused') this.#refusals += 1;
    if (this.#refusals >= refusalsAtMost) {
      this.#hangUp();
      this.#enter('refused');
    } else if (line === this.#next) {
      this.#next = undefined;
      if (ending === 'replaced') this.#stayAway();
      else this.#failed(line);
    } else this.#lost(line, ending);
  }

  #replaceInTime(line: Line): void {
    this.#timers.clearTimeout(this.#expiry);
    const leftMs = line.expiresAtMs - leadMs - this.#now();
    // This clock is wrong, or `token` gives none that is fresh: the server closes the socket when it is time.
    if (!(leftMs > 0)) return;
    this.#expiry = this.#timers.setTimeout(
      () => (leftMs > longestTimerMs ? this.#replaceInTime(line) : this.connect()),
      Math.min(leftMs, longestTimerMs),
    );
  }

  #lost(line: Line, ending: Ending): void {
    this.#line = undefined;
    this.#timers.clearTimeout(this.#expiry);
    this.#timers.clearTimeout(this.#stable);
    const isExpired = this.#now() >= line.expiresAtMs - leadMs;
    if (this.#next !== undefined) this.#enter('connecting');
    else if (ending === 'replaced') this.#stayAway();
    else if (isExpired && this.#failures === 0) {
      // Once: to a wrong clock every token is expired.
      this.#failures = 1;
      this.connect();
    } else this.#connectLater();
  }

  #failed({ complaint }: Line): void {
    this.#connectLater();
    const reason = typeof complaint === 'string' && complaint !== '' ? `: ${complaint}` : '';
    if (this.#failures === failuresToTell)
      this.error(new Error(`not connected after ${failuresToTell} tries, it goes on trying${reason}`));
  }

  #connectLater(): void {
    this.#connectIn(backOffMs(this.#failures, this.#random()));
    this.#failures += 1;
  }

  /** Else it would take the place of another device, and that one this one's, for ever. */
  #stayAway(): void {
    this.#connectIn(replacedMs * (1 + this.#random()));
  }

  #connectIn(ms: number): void {
    this.#timers.clearTimeout(this.#retry);
    this.#retry = this.#timers.setTimeout(() => this.connect(), ms);
    if (this.#line === undefined) this.#enter('waiting');
  }

  #hangUp(): void {
    for (const timer of [this.#retry, this.#expiry, this.#stable]) this.#timers.clearTimeout(timer);
    this.#line?.close();
    this.#next?.close();
    this.#line = undefined;
    this.#next = undefined;
  }

  #enter(state: RealtimeState): void {
    if (this.state === state) return;
    this.state = state;
    this.#handlers.tell('state', state);
  }
}

/**
 * Connects a user, and keeps them connected until `close()`. Another user is another connection.
 * @example connectRealtime({ url, token }).on('credits.balance', ({ data }) => show(data.available))
 */
export const connectRealtime = (options: RealtimeOptions): Realtime => {
  const { onMessage, onRefetch, onState, onError } = options;
  const handlers = eventHandlers();
  if (onMessage) handlers.on('message', onMessage);
  if (onRefetch) handlers.on('refetch', onRefetch);
  if (onState) handlers.on('state', onState);
  if (onError) handlers.on('error', onError);
  const connection = new Connection(options, handlers);
  // Behind the caller's own `on`s.
  queueMicrotask(() => connection.connect());
  return {
    get state() {
      return connection.state;
    },
    get cursor() {
      return connection.cursor.newest;
    },
    on: handlers.on,
    reconnect: () => connection.reconnect(),
    close: () => connection.close(),
  };
};
