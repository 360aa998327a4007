/** What the client is made with, and what goes with a call. */
import type { RealtimeOptions, Timers } from '../realtime/options.ts';

export interface ClientOptions {
  /** Of the deployment, as in `https://api.example.com`. */
  readonly url: string;
  /** Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** How long one try may take. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Tries after the first one. Default: 4. */
  readonly retries?: number | undefined;
  /** 0 to 1. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly timers?: Timers | undefined;
}

export interface TesseraOptions extends ClientOptions {
  /**
   * A good access token of the user; asked for at each call. `refused` is one that the API did not take: answer with a fresh one, which
   * is tried once, or with the same one, to let the call fail.
   */
  readonly token: (refused?: string) => string | Promise<string>;
  /** `wss://…`, as the deployment names it; for `connectRealtime`. */
  readonly realtimeUrl?: string | undefined;
}

/** A user with the role `admin`, or a key of the app or of the deployment. Keys belong on servers. */
export type AdminOptions = ClientOptions &
  (
    | { readonly token: TesseraOptions['token']; readonly adminKey?: undefined }
    | { readonly adminKey: string; readonly token?: undefined }
  );

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long one try may take. */
  readonly timeoutMs?: number | undefined;
  /** Goes with everything that the call leads to. Up to 128 letters, digits and `_.:-`. */
  readonly correlationId?: string | undefined;
  /** Sees the reply itself, as for its `ETag`. */
  readonly onReply?: ((reply: { readonly status: number; readonly headers: Headers }) => void) | undefined;
}

/** One act has one key, however often it is asked for. */
export interface Keyed {
  /** Default: a new one for each call, kept over its retries. */
  readonly idempotencyKey?: string | undefined;
}

export interface Matched {
  /** The `ETag` of what the change is based on. */
  readonly ifMatch: string;
}

export type RealtimeSettings = Omit<RealtimeOptions, 'url' | 'token'>;
