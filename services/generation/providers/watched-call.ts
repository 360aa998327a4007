/** One call of an SDK that holds a whole answer in memory: watched from outside, so that its end is told by what came, not by what was thrown. */
import { malformed, providerFailure, unanswered } from './http-failure.ts';
import { maxAnswerBytes, type ProviderError } from './provider.ts';

/** What has come of the answer so far. */
export interface Arrival {
  /** Of the answer's head; 0 before it is there. */
  status: number;
  retryAfter: string | null;
  end: 'unsent' | 'open' | 'whole' | 'too-large';
}

interface WatchedCall {
  readonly arrival: Readonly<Arrival>;
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
}

/** Breaks off what is too large, so that no answer fills the memory. */
const limited = (body: ReadableStream<Uint8Array>, arrival: Arrival): ReadableStream<Uint8Array> => {
  let bytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes <= maxAnswerBytes) return controller.enqueue(chunk);
        arrival.end = 'too-large';
        controller.error(new Error(`more than ${maxAnswerBytes} bytes`));
      },
      flush() {
        arrival.end = 'whole';
      },
    }),
  );
};

/** For one call without retries. Redirects are refused: a key in a header of the maker's own would go along to another host. */
export const watchCall = (): WatchedCall => {
  const arrival: Arrival = { status: 0, retryAfter: null, end: 'unsent' };
  return {
    arrival,
    async fetch(input, init) {
      arrival.end = 'open';
      const response = await fetch(input, { ...init, redirect: 'error' });
      const { status, statusText, headers, body } = response;
      Object.assign(arrival, { status, retryAfter: headers.get('retry-after') });
      if (body) return new Response(limited(body, arrival), { status, statusText, headers });
      arrival.end = 'whole';
      return response;
    },
  };
};

/** For a call that failed though the provider did not say so. */
export const brokenCall = (error: unknown, { end }: Readonly<Arrival>, signal: AbortSignal): ProviderError => {
  if (signal.aborted || end === 'open') return unanswered(error);
  // The SDK itself would not send it, and will not the next time.
  return end === 'unsent' ? providerFailure('invalid', { cause: error }) : malformed(error);
};
