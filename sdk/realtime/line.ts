/** One socket, from the asking for a token to its end: it begins, resumes, and finds out when the other side no longer answers. */
import { type Ending, failedHandshake } from './ending.ts';
import {
  isSocketMessage,
  parseSaid,
  type SocketControl,
  type SocketMessage,
  type SocketRequest,
  socketProtocol,
  tokenProtocolPrefix,
} from './messages.ts';
import type { Socket, SocketClass, Timers } from './options.ts';

/** A token, a handshake on a slow network and the server's cold start. */
const openWithinMs = 20_000;
const answerWithinMs = 10_000;
/** API Gateway closes a socket that is idle for ten minutes. */
const heartbeatMs = 4 * 60_000;

export interface LineTools {
  readonly url: string;
  readonly WebSocket: SocketClass;
  readonly timers: Timers;
  /** Where to resume; undefined: with now. */
  since(): Promise<string | undefined>;
  token(): Promise<string>;
}
/** What becomes of it. After `ended`, or its `close`, there is nothing more. */
export interface LineListener {
  /** What was missed is told. */
  caughtUp(line: Line): void;
  message(line: Line, message: SocketMessage): void;
  /** What came before it is told. */
  cursorMoved(cursor: string): void;
  refetch(): void;
  error(error: unknown): void;
  ended(line: Line, ending: Ending): void;
}

const ignore = (): void => {};

export class Line {
  isCaughtUp = false;
  /** When its token ends. Known once it has caught up. */
  expiresAtMs = 0;
  /** What the socket said of its failing; most say nothing. */
  complaint: unknown;
  readonly #tools: LineTools;
  readonly #listener: LineListener;
  #socket: Socket | undefined;
  #isOver = false;
  /** What was asked and is not answered yet. */
  #asked: SocketRequest['action'] | undefined;
  #deadline: unknown;
  #heartbeat: unknown;

  constructor(tools: LineTools, listener: LineListener) {
    this.#tools = tools;
    this.#listener = listener;
  }

  async open(): Promise<void> {
    this.#deadline = this.#tools.timers.setTimeout(() => this.#end('unreachable'), openWithinMs);
    try {
      const since = await this.#tools.since();
      const token = await this.#tools.token();
      if (!this.#isOver) this.#dial(token, since);
    } catch (error) {
      if (this.#isOver) return;
      this.#listener.error(error);
      this.#end('unreachable');
    }
  }

  /** Whether it is still alive: asks now, and not at the next heartbeat. */
  check(): void {
    if (this.isCaughtUp && this.#asked === undefined) this.#ask({ action: 'ping' });
  }

  /** Silently. */
  close(): void {
    this.#isOver = true;
    this.#tools.timers.clearTimeout(this.#deadline);
    this.#tools.timers.clearTimeout(this.#heartbeat);
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.onopen = ignore;
    socket.onmessage = ignore;
    // Not null: ws throws an error that nobody hears, as when a socket is closed before it is open.
    socket.onerror = ignore;
    socket.onclose = ignore;
    socket.close(1000);
  }

  #dial(token: string, since: string | undefined): void {
    const socket = new this.#tools.WebSocket(this.#tools.url, [socketProtocol, tokenProtocolPrefix + token]);
    this.#socket = socket;
    let isOpen = false;
    socket.onopen = () => {
      isOpen = true;
      this.#ask(since === undefined ? { action: 'hello' } : { action: 'resume', since });
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => this.#hear(data);
    socket.onerror = ({ message }: { readonly message?: unknown }) => {
      this.complaint = message;
    };
    socket.onclose = () => this.#end(isOpen ? 'lost' : failedHandshake(this.complaint));
  }

  #ask(request: SocketRequest): void {
    this.#asked = request.action;
    this.#socket?.send(JSON.stringify(request));
    this.#expectAnswer();
  }

  #expectAnswer(): void {
    this.#tools.timers.clearTimeout(this.#deadline);
    this.#tools.timers.clearTimeout(this.#heartbeat);
    this.#deadline = this.#tools.timers.setTimeout(() => this.#end('lost'), answerWithinMs);
  }

  #hear(frame: unknown): void {
    const said = parseSaid(frame);
    if (said === undefined) return;
    if (isSocketMessage(said)) this.#listener.message(this, said);
    else this.#obey(said);
    // A handler may have closed everything.
    if (this.#isOver) return;
    // What was missed comes one by one before the answer.
    if (this.#asked === 'resume') this.#expectAnswer();
    else if (this.#asked === undefined) this.#rest();
  }

  #obey(control: SocketControl): void {
    switch (control.type) {
      case 'ready':
      case 'resumed':
      case 'refetch':
        if (this.isCaughtUp) break;
        this.#asked = undefined;
        this.isCaughtUp = true;
        this.expiresAtMs = Date.parse(control.expires_at);
        this.#listener.caughtUp(this);
        if (control.type === 'refetch') this.#listener.refetch();
        // Behind that: an app that ends in between is told again.
        if (!this.#isOver) this.#listener.cursorMoved(control.cursor);
        break;
      case 'replaced':
        this.#end('replaced');
        break;
      case 'pong':
        this.#asked = undefined;
        // Of now: without it, a socket on which nothing happens for long could not be resumed.
        this.#listener.cursorMoved(control.cursor);
        break;
      case 'error':
        this.#listener.error(new Error(`the server did not understand: ${control.detail}`));
        break;
    }
  }

  /** All is answered: until the next heartbeat. */
  #rest(): void {
    const { timers } = this.#tools;
    timers.clearTimeout(this.#deadline);
    timers.clearTimeout(this.#heartbeat);
    this.#heartbeat = timers.setTimeout(() => this.#ask({ action: 'ping' }), heartbeatMs);
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.ended(this, ending);
  }
}
