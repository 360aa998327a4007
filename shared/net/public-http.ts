/**
 * HTTP to addresses that others name, never to what only we can reach: https alone, each name resolved once, every address of it
 * checked, and the connection made to those very addresses, so that a name cannot change its meaning between check and use.
 */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { isPublicAddress } from './public-address.ts';

/**
 * `refused`: may not be reached. `unanswered`: no name, no connection, or it broke off, or the caller gave up.
 * `status`: an answer that is no success.
 */
export type PublicHttpFault = 'refused' | 'unanswered' | 'too-slow' | 'too-large' | 'status';

/** Its message names the fault, and no secret part of an address. */
export class PublicHttpError extends Error {
  override readonly name = 'PublicHttpError';
  readonly fault: PublicHttpFault;
  /** Of an answer that is no success. */
  readonly status: number | undefined;

  constructor(fault: PublicHttpFault, message: string, { status, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.fault = fault;
    this.status = status;
  }
}

/** Whether a URL leads to a host that the operator trusts: whatever its address, and over http as well. */
export type TrustsHost = (url: URL) => boolean;

export const publicOnly: TrustsHost = () => false;

const hostAndPort = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`;

/** What is public, or one of these: `host:port`, as in `gpu.internal:8000`, or `host:*` for all of its ports. */
export const publicOr = (hosts: readonly string[]): TrustsHost => {
  const trusted = new Set(hosts.map((host) => host.toLowerCase()));
  return (url) => trusted.has(hostAndPort(url)) || trusted.has(`${url.hostname}:*`);
};

export interface PublicHttpOptions {
  /** Default `publicOnly`. */
  readonly trusts?: TrustsHost;
  /** All addresses of a name. The system's resolver by default. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  readonly maxBytes: number;
  /** For everything, redirects and body included. Default two minutes. */
  readonly timeoutMs?: number;
  /** Longest time without a byte. Default 15 s. */
  readonly idleMs?: number;
}

/** An answer whose body is still to come. Whoever does not read it to its end returns the iterator, which hangs up. */
export interface Fetched {
  /** In lower case, without parameters. */
  readonly contentType: string | undefined;
  /** What the server announced. */
  readonly contentLength: number | undefined;
  /** @throws PublicHttpError while it is read, too. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface SendOptions {
  /** Default POST. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Sent {
  /** Any, redirects included: they are not followed. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most its first 64 KB. */
  readonly body: Buffer;
}

export interface PublicHttp {
  /** GET. @throws PublicHttpError */
  fetchPublic(url: string, options: FetchOptions): Promise<Fetched>;
  /** @throws PublicHttpError when there is no answer. An answer of any status is one. */
  sendPublic(url: string, options: SendOptions): Promise<Sent>;
}

const maxUrlLength = 8_192;
const maxRedirects = 3;
const maxSentBodyBytes = 64 * 1024;
const redirects = new Set([301, 302, 303, 307, 308]);

const refused = (why: string): PublicHttpError =>
  new PublicHttpError('refused', `The address may not be reached: ${why}.`);

const parseUrl = (text: string, base?: URL): URL => {
  if (text.length > maxUrlLength) throw refused('it is too long');
  if (!URL.canParse(text, base?.href)) throw refused('it is no URL');
  const url = new URL(text, base);
  if (url.username || url.password) throw refused('it holds credentials');
  return url;
};

/** Settles as the promise does, or when the signal aborts: a resolver cannot be stopped. */
const orAborted = <Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  new Promise((settle, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(settle, reject);
    if (signal.aborted) reject(signal.reason);
  });

/** The addresses that a connection may use. A name with one address that is not public is refused altogether. */
const addressesOf = async (
  url: URL,
  isTrusted: boolean,
  { resolve }: Required<PublicHttpOptions>,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> => {
  if (url.protocol !== 'https:' && !(isTrusted && url.protocol === 'http:')) throw refused('only https is allowed');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const addresses = family ? [{ address: host, family }] : await orAborted(resolve(host), signal);
  if (addresses.length === 0) throw new Error(`${host} has no address`);
  if (!isTrusted && !addresses.every(({ address }) => isPublicAddress(address))) throw refused('it is not public');
  return addresses;
};

const pinnedTo =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_host, { all }, answer) => {
    const [first] = addresses;
    if (all || !first) answer(null, [...addresses]);
    else answer(null, first.address, first.family);
  };

interface Call {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
}

const connect = (url: URL, addresses: readonly LookupAddress[], call: Call): Promise<IncomingMessage> =>
  new Promise((answer, reject) => {
    const { method, headers, body, signal } = call;
    const request = url.protocol === 'http:' ? requestHttp : requestHttps;
    // A connection of its own: a kept one could be to an address that was checked for somebody else.
    const outgoing = request(url, { method, headers, signal, agent: false, lookup: pinnedTo(addresses) });
    outgoing.once('response', (incoming) => {
      // It may break off while nobody reads it; whoever does is told by the reading.
      incoming.on('error', () => {});
      answer(addAbortSignal(signal, incoming));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

/** What broke, in our words. */
const faultOf = (error: unknown, overall: AbortSignal): PublicHttpError => {
  if (error instanceof PublicHttpError) return error;
  if (overall.aborted) return new PublicHttpError('too-slow', 'The answer took too long.', { cause: error });
  return new PublicHttpError('unanswered', 'There was no whole answer.', { cause: error });
};

const within = (timeoutMs: number, signal: AbortSignal | undefined) => {
  const overall = AbortSignal.timeout(timeoutMs);
  return { overall, either: signal ? AbortSignal.any([signal, overall]) : overall };
};

/** Follows redirects by hand, each checked as the first address was. */
const follow = async (deps: Required<PublicHttpOptions>, start: string, call: Call): Promise<IncomingMessage> => {
  let url = parseUrl(start);
  let isTrusted = deps.trusts(url);
  for (let redirected = 0; redirected <= maxRedirects; redirected += 1) {
    const incoming = await connect(url, await addressesOf(url, isTrusted, deps, call.signal), call);
    const { statusCode: status = 0, headers } = incoming;
    if (status >= 200 && status < 300) return incoming;
    incoming.destroy();
    if (!redirects.has(status) || !headers.location)
      throw new PublicHttpError('status', `The answer has status ${status}.`, { status });
    url = parseUrl(headers.location, url);
    // A stranger must not lead us to the operator's own hosts.
    isTrusted &&= deps.trusts(url);
  }
  throw refused('it redirects too often');
};

/** The body as it comes, within its limits. Time that the reader takes does not count as silence. */
async function* limitedBody(
  incoming: IncomingMessage,
  { maxBytes, idleMs }: { maxBytes: number; idleMs: number },
  overall: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const hangUp = () => incoming.destroy(new PublicHttpError('too-slow', `Nothing came within ${idleMs} ms.`));
  let silence = setTimeout(hangUp, idleMs);
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      clearTimeout(silence);
      bytes += chunk.length;
      if (bytes > maxBytes) throw new PublicHttpError('too-large', `The answer is larger than ${maxBytes} bytes.`);
      yield chunk;
      silence = setTimeout(hangUp, idleMs);
    }
  } catch (error) {
    throw faultOf(error, overall);
  } finally {
    clearTimeout(silence);
    incoming.destroy();
  }
}

/** The start of a body; the rest is not read. */
const headOf = async (incoming: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
};

const everyAddress = (host: string): Promise<readonly LookupAddress[]> => lookup(host, { all: true });

export const publicHttp = ({ trusts = publicOnly, resolve = everyAddress }: PublicHttpOptions = {}): PublicHttp => {
  const deps = { trusts, resolve };
  return {
    async fetchPublic(address, { signal, maxBytes, timeoutMs = 120_000, idleMs = 15_000 }) {
      const { overall, either } = within(timeoutMs, signal);
      const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'tessera' };
      try {
        const incoming = await follow(deps, address, { method: 'GET', headers, signal: either });
        const { 'content-type': type, 'content-length': length } = incoming.headers;
        if (Number(length) > maxBytes) {
          incoming.destroy();
          throw new PublicHttpError('too-large', `The answer is larger than ${maxBytes} bytes.`);
        }
        return {
          contentType: type?.split(';')[0]?.trim().toLowerCase(),
          contentLength: length === undefined ? undefined : Number(length),
          bytes: limitedBody(incoming, { maxBytes, idleMs }, overall),
        };
      } catch (error) {
        throw faultOf(error, overall);
      }
    },
    async sendPublic(address, { method = 'POST', headers = {}, body, timeoutMs = 10_000, signal }) {
      const { overall, either } = within(timeoutMs, signal);
      try {
        const url = parseUrl(address);
        const addresses = await addressesOf(url, trusts(url), deps, either);
        const call = { method, headers: { 'user-agent': 'tessera', ...headers }, body, signal: either };
        const incoming = await connect(url, addresses, call);
        const got = Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
        const head = await headOf(incoming, maxSentBodyBytes);
        return { status: incoming.statusCode ?? 0, headers: Object.fromEntries(got), body: head };
      } catch (error) {
        throw faultOf(error, overall);
      }
    },
  };
};

/** To public addresses alone. */
export const { fetchPublic, sendPublic } = publicHttp();
