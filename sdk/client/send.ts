/** One request until it is answered for good: with a fresh token after a refusal, and again after what passes, where that is safe. */
import { backOffMs } from '../realtime/back-off.ts';
import { errorOf, hasMaybeActed, isPassing, TesseraError } from './error.ts';
import type { CallOptions, ClientOptions, TesseraOptions } from './options.ts';
import { type Clock, pause, within } from './time.ts';

export interface Outgoing {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly isPublic: boolean;
  /** Done twice, it is as if it was done once. */
  readonly isRepeatable: boolean;
}
export type Send = (request: Outgoing, call: CallOptions) => Promise<unknown>;

export interface Credentials {
  readonly token?: TesseraOptions['token'] | undefined;
  readonly adminKey?: string | undefined;
}

const defaultTimeoutMs = 30_000;
const defaultRetries = 4;
/** Whoever is told to come back later than that is told so, and decides. */
const longestWaitMs = 60_000;

export const clockOf = ({ timers, now = Date.now, random = Math.random }: ClientOptions): Clock => ({
  timers: timers ?? {
    setTimeout: (run, ms) => globalThis.setTimeout(run, ms),
    clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
  },
  now,
  random,
});

const replyOf = (headers: Headers, text: string): unknown => {
  if (text === '') return undefined;
  if (!headers.get('content-type')?.startsWith('application/json')) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const title = 'The reply is not what the API answers';
    throw new TesseraError({ type: 'urn:tessera:client:reply-unknown', title, cause });
  }
};

/** `undefined`: not again. */
const waitMs = (error: unknown, failures: number, random: number): number | undefined => {
  if (!isPassing(error)) return undefined;
  const leastMs = (error.retryAfterSeconds ?? 0) * 1_000;
  return leastMs > longestWaitMs ? undefined : leastMs + backOffMs(failures, random);
};

export const sender = (options: ClientOptions & Credentials): Send => {
  const { url, retries = defaultRetries, token: tokenOf, adminKey } = options;
  const base = url.replace(/\/+$/, '');
  const clock = clockOf(options);
  // Not bound to anything: a browser's fetch takes no other `this`.
  const request: typeof fetch = (...args) => (options.fetch ?? globalThis.fetch)(...args);

  const attempt = async ({ method, path, headers, body }: Outgoing, token: string | undefined, call: CallOptions) =>
    within(clock, call.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs, call.signal, async (signal) => {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const init = { method, headers: { ...headers, ...authorization }, signal, ...(body !== undefined && { body }) };
      const [response, text] = await request(`${base}${path}`, init)
        .then(async (response) => [response, await response.text()] as const)
        .catch((cause: unknown) => {
          const title = 'The API cannot be reached';
          throw new TesseraError({ type: 'urn:tessera:client:unreachable', title, cause });
        });
      if (!response.ok) throw errorOf(response.status, response.headers, text, clock.now());
      call.onReply?.({ status: response.status, headers: response.headers });
      return replyOf(response.headers, text);
    });

  return async (outgoing, call) => {
    const keyed = adminKey === undefined ? outgoing.headers : { ...outgoing.headers, 'x-admin-key': adminKey };
    const sent = { ...outgoing, headers: keyed };
    let token = outgoing.isPublic ? undefined : await tokenOf?.();
    let isFresh = false;
    let isMaybeDone = false;
    // At most `retries` waits and one fresh token.
    for (let failures = 0; ; ) {
      try {
        return await attempt(sent, token, call);
      } catch (error) {
        if (!(error instanceof TesseraError)) throw error;
        // A try before it may have done it.
        if (error.status === 404 && outgoing.method === 'DELETE' && isMaybeDone) return undefined;
        if (error.status === 401 && token !== undefined && !isFresh) {
          const fresh = await tokenOf?.(token);
          if (fresh === token) throw error;
          token = fresh;
          isFresh = true;
          continue;
        }
        const ms = outgoing.isRepeatable && failures < retries ? waitMs(error, failures, clock.random()) : undefined;
        if (ms === undefined) throw error;
        failures += 1;
        isMaybeDone ||= hasMaybeActed(error);
        await pause(clock, ms, call.signal);
      }
    }
  };
};
