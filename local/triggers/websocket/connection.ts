/** One connection between its handshake and its end: what may pass, and when it is over. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Activity } from '../../activity.ts';
import type { WebSocketConnection } from '../../contracts.ts';
import type { Client } from './event.ts';
import { createFrameReader } from './frames.ts';
import type { Clock, ConnectionLimits } from './limits.ts';

export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectionOptions {
  readonly client: Client;
  readonly webSocket: WebSocket;
  /** The socket below, to see frames as they come. */
  readonly socket: Duplex;
  readonly limits: ConnectionLimits;
  readonly clock: Clock;
  readonly activity: Activity;
  onMessage(text: string): Promise<string | undefined>;
  onEnd(ending: Ending): Promise<void>;
}

/** How long `settled()` waits for a client that does not answer pings. */
const pongWaitMs = 1_000;

const tooBig: Ending = { code: 1009, reason: 'Message too big' };
const noBinary: Ending = { code: 1003, reason: 'Binary frames are not supported' };
const goingAway: Ending = { code: 1001, reason: 'Going away' };
const closedByServer: Ending = { code: 1000, reason: 'Connection Closed Normally' };

/** What the client's close frame told; 1005 and 1006 stand for no code and no frame. */
function endingOf(code: number, reason: string): Ending {
  if (code === 1005) return { code, reason: 'Client-side close frame status not set' };
  return { code, reason: code === 1006 ? 'Connection closed abnormally' : reason };
}

/** Codes of the library's own refusals: https://github.com/websockets/ws/blob/master/doc/ws.md#error-codes */
function endingOfError(error: NodeJS.ErrnoException): Ending {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return tooBig;
  return { code: error.code === 'WS_ERR_INVALID_UTF8' ? 1007 : 1002, reason: error.message };
}

export class Connection implements WebSocketConnection {
  readonly #options: ConnectionOptions;
  #lastActiveAt: number;
  #callOffIdle = () => {};
  readonly #callOffDuration: () => void;
  #over = false;
  #doneClosing: (() => void) | undefined;
  #pings = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { webSocket, socket, client, limits, clock } = options;
    this.#lastActiveAt = client.connectedAt;
    this.#callOffDuration = clock.after(limits.durationMs, () => this.end(goingAway));
    this.#waitForIdleness();
    const readFrames = createFrameReader(({ kind, bytes }) => {
      if (kind === 'data' && bytes > limits.frameBytes) this.end(tooBig);
      // From here on `$disconnect` is on its way, although the socket closes a moment later.
      if (kind === 'close') this.#doneClosing ??= options.activity.begin(`$disconnect of ${client.connectionId}`);
    });
    // Before the library's own listener, so that nothing of a refused frame is delivered.
    socket.prependListener('data', readFrames);
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      if (this.#over) return;
      if (isBinary) this.end(noBinary);
      else void this.#receive(data.toString());
    });
    webSocket.on('error', (error) => this.end(endingOfError(error)));
    webSocket.on('close', (code, reason) => this.#finish(endingOf(code, reason.toString())));
  }

  get isOpen(): boolean {
    return !this.#over && this.#options.webSocket.readyState === this.#options.webSocket.OPEN;
  }

  get id(): string {
    return this.#options.client.connectionId;
  }

  get connectedAt(): number {
    return this.#options.client.connectedAt;
  }

  get lastActiveAt(): number {
    return this.#lastActiveAt;
  }

  get sourceIp(): string {
    return this.#options.client.sourceIp;
  }

  get userAgent(): string {
    return this.#options.client.userAgent;
  }

  send(text: Buffer | string): void {
    if (!this.isOpen) return;
    this.#touch();
    this.#options.webSocket.send(text, { binary: false });
  }

  close(): void {
    this.end(closedByServer);
  }

  /** Closes from this side. `$disconnect` does not wait for the client's answer, which may never come. */
  end(ending: Ending): void {
    if (this.#over) return;
    this.#options.webSocket.close(ending.code, ending.reason);
    this.#finish(ending);
  }

  /** Drops the socket, and nobody is told: for the account's own end. */
  drop(): void {
    this.#stop();
    this.#doneClosing?.();
    this.#options.webSocket.terminate();
  }

  /** Resolves when all that the client sent before has come, and it has got all that was sent to it. */
  async settled(): Promise<void> {
    if (!this.isOpen) return;
    const { webSocket } = this.#options;
    this.#pings += 1;
    const mark = String(this.#pings);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, pongWaitMs);
      function onPong(data: Buffer): void {
        if (data.toString() === mark) done();
      }
      function done(): void {
        clearTimeout(timer);
        webSocket.off('pong', onPong).off('close', done);
        resolve();
      }
      webSocket.on('pong', onPong).on('close', done).ping(mark);
    });
  }

  async #receive(text: string): Promise<void> {
    this.#touch();
    const { activity, onMessage } = this.#options;
    const done = activity.begin(`a message of ${this.id}`);
    try {
      const answer = await onMessage(text);
      if (answer !== undefined) this.send(answer);
    } finally {
      done();
    }
  }

  #touch(): void {
    this.#lastActiveAt = this.#options.clock.now();
    this.#callOffIdle();
    this.#waitForIdleness();
  }

  #waitForIdleness(): void {
    const { clock, limits } = this.#options;
    this.#callOffIdle = clock.after(limits.idleMs, () => this.end(goingAway));
  }

  #stop(): void {
    this.#over = true;
    this.#callOffIdle();
    this.#callOffDuration();
  }

  #finish(ending: Ending): void {
    if (!this.#over) {
      this.#stop();
      const done = this.#options.activity.begin(`$disconnect of ${this.id}`);
      void this.#options.onEnd(ending).finally(done);
    }
    this.#doneClosing?.();
  }
}
