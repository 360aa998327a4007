/** What an error of the Gemini API means for a job. */
import * as z from 'zod';
import { failureOf, providerFailure } from '../http-failure.ts';
import type { ProviderError } from '../provider.ts';
import { withoutSecrets } from '../quoted.ts';
import { type Arrival, brokenCall } from '../watched-call.ts';

const text = z.string().optional().catch(undefined);

/** Google's error model; the SDK hands it on as the message of its error. https://ai.google.dev/gemini-api/docs/troubleshooting */
const apiError = z.object({
  error: z.object({
    status: text,
    details: z
      .array(z.object({ reason: text, retryDelay: text }))
      .optional()
      .catch(undefined),
  }),
});

const readError = (message: string) => {
  try {
    return apiError.safeParse(JSON.parse(message)).data?.error;
  } catch {
    return undefined;
  }
};

export const geminiFailure = (
  thrown: unknown,
  { arrival, signal, key }: { arrival: Readonly<Arrival>; signal: AbortSignal; key: string },
): ProviderError => {
  const { status, retryAfter } = arrival;
  if (status < 400) return brokenCall(thrown, arrival, signal);
  const message = z.object({ message: z.string() }).safeParse(thrown).data?.message ?? String(status);
  const error = readError(message);
  const cause = withoutSecrets(message, [key]);
  const tells = (reason: string) => error?.details?.some((detail) => detail.reason === reason) ?? false;
  // Both come as 400: a key that is none, and an account that may not be served from where it is or without billing.
  if (tells('API_KEY_INVALID') || error?.status === 'FAILED_PRECONDITION') return providerFailure('fatal', { cause });
  // "7.5s", in place of a header.
  const delay = error?.details?.map(({ retryDelay }) => retryDelay).find((value) => value?.endsWith('s'));
  return failureOf({ status, retryAfter: retryAfter ?? delay?.slice(0, -1), cause });
};
