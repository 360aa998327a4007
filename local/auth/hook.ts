/** The after-user-created hook as GoTrue sends it: Standard Webhooks, up to three tries, five seconds for all of them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { AuthError } from './auth-error.ts';
import type { User } from './state.ts';
import { toUserBody } from './user-body.ts';

export interface Hook {
  readonly url: string;
  /** As Supabase shows them: `v1,whsec_<base64>`. Each signs, so that a receiver may know either while rotating. */
  readonly secrets: readonly string[];
}

export interface HookTimes {
  /** For all tries together. */
  readonly timeoutMs: number;
  /** Before another try when nobody answered. */
  readonly backoffMs: number;
}

export const gotrueHookTimes: HookTimes = { timeoutMs: 5_000, backoffMs: 2_000 };

/** As Supabase makes them. */
export const newHookSecret = (): string => `v1,whsec_${randomBytes(32).toString('base64')}`;

const tries = 3;
const answerLimitBytes = 200 * 1024;

const refusal = z.object({ error: z.object({ http_code: z.int().optional(), message: z.string().min(1) }) });

/** Tries that are answered so come again at once. */
class TryAgain extends Error {
  override readonly name = 'TryAgain';
}

const unexpected = (message: string) => new AuthError(500, 'unexpected_failure', message);
const timedOut = ({ timeoutMs }: HookTimes) =>
  new AuthError(
    422,
    'hook_timeout',
    `Failed to reach hook within maximum time of ${(timeoutMs / 1000).toFixed(6)} seconds`,
  );

/** GoTrue separates signatures by a comma and a space, where the standard asks for a space. */
const signaturesOf = (secrets: readonly string[], id: string, at: Date, body: string): string =>
  secrets.map((secret) => new Webhook(secret.replace(/^v1,/, '')).sign(id, at, body)).join(', ');

const judgeContent = (type: string | null, status: number, body: string): void => {
  if (type === null && status === 204) return;
  if (type?.split(';')[0]?.trim() !== 'application/json')
    throw new AuthError(
      400,
      'hook_payload_invalid_content_type',
      type === null
        ? 'Invalid Content-Type: Missing Content-Type header'
        : `Invalid JSON response. Received content-type: ${type}`,
    );
  if (Buffer.byteLength(body) > answerLimitBytes)
    throw new AuthError(
      422,
      'hook_payload_over_size_limit',
      `Payload size exceeded size limit of ${answerLimitBytes} bytes`,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw unexpected('Error unmarshaling JSON output.');
  }
  const { data } = refusal.safeParse(parsed);
  if (data) throw new AuthError(data.error.http_code ?? 500, 'unexpected_failure', data.error.message);
};

const judgeAnswer = async (response: Response): Promise<void> => {
  const { status, headers } = response;
  const body = await response.text();
  switch (status) {
    case 200:
    case 202:
    case 204:
      return judgeContent(headers.get('content-type'), status, body);
    case 429:
    case 503:
      if (headers.get('retry-after')) throw new TryAgain();
      throw unexpected('Service currently unavailable due to hook');
    case 400:
      throw unexpected('Invalid payload sent to hook');
    case 401:
      throw unexpected('Hook requires authorization token');
    default:
      throw unexpected(`Unexpected status code returned from hook: ${status}`);
  }
};

const post = (hook: Hook, body: string, signal: AbortSignal): Promise<Response> => {
  // Each try is a message of its own: the receiver must know the user, not the message, again.
  const id = randomUUID();
  const at = new Date();
  return fetch(hook.url, {
    method: 'POST',
    redirect: 'manual',
    signal,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signaturesOf(hook.secrets, id, at, body),
    },
    body,
  });
};

/** Throws `AuthError` unless the hook took it. */
export async function tellOfUser(hook: Hook, user: User, times: HookTimes, ipAddress: string): Promise<void> {
  const metadata = {
    uuid: randomUUID(),
    time: new Date().toISOString(),
    name: 'after-user-created',
    ip_address: ipAddress,
  };
  const body = JSON.stringify({ metadata, user: toUserBody(user) });
  const signal = AbortSignal.timeout(times.timeoutMs);
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    try {
      return await judgeAnswer(await post(hook, body, signal));
    } catch (error) {
      if (error instanceof AuthError) throw error;
      if (signal.aborted) throw timedOut(times);
      if (error instanceof TryAgain) continue;
      if (attempt === tries)
        throw new AuthError(422, 'hook_timeout_after_retry', 'Failed to reach hook after maximum retries');
      await wait(times.backoffMs, undefined, { signal }).catch(() => {
        throw timedOut(times);
      });
    }
  }
  throw unexpected('Service currently unavailable due to hook');
}
