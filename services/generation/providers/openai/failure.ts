/** What an error of the OpenAI API, or of a gateway that speaks it, means for a job. */
import * as z from 'zod';
import { failureOf, providerFailure } from '../http-failure.ts';
import type { ProviderError, ProviderErrorKind } from '../provider.ts';
import { withoutSecrets } from '../quoted.ts';
import { type Arrival, brokenCall } from '../watched-call.ts';

/** Codes say more than the status, which is 400, 403 or 429 for many of them. */
const kindsByCode: Readonly<Record<string, ProviderErrorKind>> = {
  content_policy_violation: 'blocked',
  moderation_blocked: 'blocked',
  content_filter: 'blocked',
  insufficient_quota: 'fatal',
  billing_hard_limit_reached: 'fatal',
  model_not_found: 'next-model',
};

/** `metadata.reasons` is how OpenRouter says that moderation flagged the input. */
const apiError = z.object({
  message: z.string(),
  error: z
    .object({
      code: z.string().nullish().catch(undefined),
      type: z.string().nullish().catch(undefined),
      metadata: z
        .object({ reasons: z.array(z.string()).min(1) })
        .nullish()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

const kindOf = ({ error }: z.infer<typeof apiError>): ProviderErrorKind | undefined => {
  if (error?.metadata) return 'blocked';
  const code = [error?.code, error?.type].find((name) => name && Object.hasOwn(kindsByCode, name));
  return code ? kindsByCode[code] : undefined;
};

export const openaiFailure = (
  thrown: unknown,
  { arrival, signal, key }: { arrival: Readonly<Arrival>; signal: AbortSignal; key: string },
): ProviderError => {
  const { status, retryAfter } = arrival;
  if (status < 400) return brokenCall(thrown, arrival, signal);
  const told = apiError.safeParse(thrown).data ?? { message: String(status) };
  const cause = withoutSecrets(told.message, [key]);
  const kind = kindOf(told);
  return kind ? providerFailure(kind, { cause }) : failureOf({ status, retryAfter, cause });
};
