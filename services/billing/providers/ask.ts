/** One HTTP exchange with a payment provider: JSON both ways, bounded in time and size, its failure a ProviderFailure. */
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { type FailureKind, ProviderFailure } from './provider.ts';

/** Of the answer, whole; what is beyond is not read. */
const maxAnswerBytes = 256 * 1024;
/** Of all attempts together: an API function has 10 s. */
const defaultTimeoutMs = 8_000;
const pauseMs = 100;
const maxPauseSeconds = 3_600;
const maxQuoted = 200;

export interface Exchange {
  /** In messages to operators: the provider and the app. */
  readonly who: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  /** Once more after a lost connection, 429 or 5xx: only where a second one does no harm. */
  readonly repeats: boolean;
  /** What a 404 says. */
  readonly notFound: FailureKind;
  /** What is never quoted to operators. */
  readonly secrets: readonly string[];
  readonly timeoutMs?: number;
}

/** Answers may repeat the request: its keys, and what the buyer told of themselves. */
const quoted = (text: string, secrets: readonly string[]): string =>
  secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '[key]'), text)
    .replace(/[a-z][a-z0-9+.-]{0,20}:(?:\\?\/){2}[^\s"'<>]*/gi, '[url]')
    .replace(/[^\s"'<>@]{1,100}@[^\s"'<>@]{1,200}/g, '[email]')
    .replace(/\+?\d[\d ()-]{5,30}\d/g, '[number]')
    .slice(0, maxQuoted);

/** Seconds from a `Retry-After`, which holds seconds or a date. */
const retryAfterOf = (header: string | null): { retryAfterSeconds?: number } => {
  if (header === null) return {};
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  if (!Number.isFinite(seconds)) return {};
  return { retryAfterSeconds: Math.min(maxPauseSeconds, Math.max(1, Math.ceil(seconds))) };
};

const kindOf = (status: number, { notFound }: Exchange): FailureKind => {
  if (status === 404) return notFound;
  return status === 408 || status === 425 || status === 429 || status >= 500 ? 'unavailable' : 'refused';
};

const shown = z.object({
  name: z.string(),
  cause: z.object({ code: z.string() }).optional().catch(undefined),
});
/** Its code or name alone: some of fetch's messages hold the header that it cannot send. */
const inShort = (error: unknown): string => {
  const { data } = shown.safeParse(error);
  return data?.cause?.code ?? data?.name ?? 'no error';
};

const readAnswer = async (response: Response): Promise<string | undefined> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxAnswerBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

interface Answer {
  readonly response: Response;
  /** Undefined when it was longer than is read. */
  readonly text: string | undefined;
}

/** @throws ProviderFailure when no answer comes */
const attempt = async (exchange: Exchange, signal: AbortSignal): Promise<Answer> => {
  const { who, url, headers, body } = exchange;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
      // A redirect would carry the key elsewhere: it is no success here.
      redirect: 'manual',
      signal,
    });
    return { response, text: await readAnswer(response) };
  } catch (error) {
    throw new ProviderFailure('unavailable', `${who}: no answer (${inShort(error)}); what was asked may be done`);
  }
};

const failureOf = (exchange: Exchange, { response, text }: Answer): ProviderFailure =>
  new ProviderFailure(
    kindOf(response.status, exchange),
    `${exchange.who}: HTTP ${response.status}: ${quoted(text ?? '', exchange.secrets)}`,
    retryAfterOf(response.headers.get('retry-after')),
  );

/** @throws ProviderFailure */
const askOnce = async (exchange: Exchange, signal: AbortSignal): Promise<Answer> => {
  const answer = await attempt(exchange, signal);
  if (!answer.response.ok) throw failureOf(exchange, answer);
  return answer;
};

/** Whoever asked for a pause gets it from our caller, not from a function that waits. */
const isWorthAnother = (error: unknown): boolean =>
  error instanceof ProviderFailure && error.kind === 'unavailable' && error.retryAfterSeconds === undefined;

/**
 * Posts JSON and answers what came back, parsed.
 * @throws ProviderFailure
 */
export const ask = async (exchange: Exchange): Promise<unknown> => {
  const signal = AbortSignal.timeout(exchange.timeoutMs ?? defaultTimeoutMs);
  const { text } = await askOnce(exchange, signal).catch(async (error: unknown) => {
    if (!exchange.repeats || signal.aborted || !isWorthAnother(error)) throw error;
    await pause(pauseMs);
    return askOnce(exchange, signal);
  });
  if (text === undefined) {
    throw new ProviderFailure('unavailable', `${exchange.who}: an answer of more than ${maxAnswerBytes} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ProviderFailure('unavailable', `${exchange.who}: an answer that is no JSON`);
  }
};
