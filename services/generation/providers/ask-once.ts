/**
 * One HTTP exchange with a provider: asked once, never redirected, its answer bounded, its failure a ProviderError.
 * SDKs are handed it in place of `fetch`. Left alone Replicate's asks up to six times and fal's up to four, which is the
 * queue's business here; both lose `retry-after`, and they read an answer without end.
 */
import { failureOf, malformed, providerFailure, unanswered } from './http-failure.ts';
import { maxAnswerBytes, ProviderError } from './provider.ts';
import { inWords, withoutSecrets } from './quoted.ts';
import { Refusal } from './refusal.ts';

const maxRefusalBytes = 64 * 1024;

/** By its status alone. */
export const failureOfRefusal = (refusal: Refusal): ProviderError =>
  failureOf({ status: refusal.status, retryAfter: refusal.headers.get('retry-after'), cause: refusal });

/** For asking after a task: that the provider is busy or down says nothing of the task, which is asked after again. */
export const failureOfLook = (refusal: Refusal): ProviderError => {
  const failure = failureOfRefusal(refusal);
  if (refusal.status !== 429 && refusal.status < 500) return failure;
  return providerFailure('transient', { retryAfterSeconds: failure.retryAfterSeconds, cause: refusal });
};

const readUpTo = async (
  response: Response,
  maxBytes: number,
): Promise<{ bytes: Buffer<ArrayBuffer>; isWhole: boolean }> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return { bytes: Buffer.concat(chunks), isWhole: false };
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), isWhole: true };
};

export type Ask = (address: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface AskOptions {
  /** What a refusal means, where its body says more than its status. */
  readonly failureFor?: (refusal: Refusal) => ProviderError;
  readonly maxBytes?: number;
  /** What is never quoted to operators. */
  readonly secrets?: readonly string[];
}

const exchange = async (
  address: string | URL | Request,
  init: RequestInit | undefined,
  { failureFor = failureOfRefusal, maxBytes = maxAnswerBytes, secrets = [] }: AskOptions,
): Promise<() => Response> => {
  try {
    const response = await fetch(address, { ...init, redirect: 'error' });
    const { status, ok, headers } = response;
    const { bytes, isWhole } = await readUpTo(response, ok ? maxBytes : maxRefusalBytes);
    if (!ok) throw failureFor(new Refusal(status, headers, withoutSecrets(bytes.toString(), secrets)));
    if (!isWhole) throw malformed(`more than ${maxBytes} bytes`);
    return () => new Response(bytes.length === 0 ? null : bytes, { status, headers });
  } catch (error) {
    throw error instanceof ProviderError ? error : unanswered(withoutSecrets(inWords(error), secrets));
  }
};

/**
 * For one exchange: whoever asks again gets the first answer again.
 * @throws ProviderError from what it returns
 */
export const askOnce = (options: AskOptions = {}): Ask => {
  let first: Promise<() => Response> | undefined;
  return async (address, init) => {
    first ??= exchange(address, init, options);
    return (await first)();
  };
};

/** What came through `askOnce` and an SDK: whatever the SDK stumbles over in the answer makes no sense. */
export const answered = async <Answer>(call: Promise<Answer>): Promise<Answer> => {
  try {
    return await call;
  } catch (error) {
    throw error instanceof ProviderError ? error : malformed(inWords(error));
  }
};

/** Whether a wish was granted: that there is nothing (any more) to grant is an answer too. */
export const isGranted = async (wish: Promise<unknown>): Promise<boolean> => {
  try {
    await wish;
    return true;
  } catch (error) {
    const refusal = error instanceof ProviderError ? error.cause : undefined;
    if (refusal instanceof Refusal && [400, 404, 409, 410, 422].includes(refusal.status)) return false;
    throw error;
  }
};
