/** From a hook's message to whether the app's identity provider sent it: Standard Webhooks, https://www.standardwebhooks.com. */
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { lastGood } from '#shared/last-good.ts';
import { appId } from '#shared/owner.ts';

/** Two for a rotation, a few for separate projects. */
const maxSecretsPerApp = 5;
const maxApps = 1_000;
/** Supabase makes secrets of 32 bytes or more; the standard asks for 24. */
const minSecretBytes = 24;

/** As Supabase shows a secret, with the version in front; the key is what follows `whsec_`. */
const secret = z
  .string()
  .max(500)
  .regex(/^(v1,)?whsec_[A-Za-z0-9+/]+={0,2}$/, 'is no secret of Standard Webhooks')
  .refine((text) => Buffer.from(text.replace(/^.*whsec_/, ''), 'base64').byteLength >= minSecretBytes, 'is too short')
  .transform((text, { addIssue }): Webhook => {
    try {
      return new Webhook(text.replace(/^v1,/, ''));
    } catch {
      addIssue({ code: 'custom', message: 'is not base64' });
      return z.NEVER;
    }
  });

/** `{ "<app>": ["v1,whsec_<base64>", …] }`, as the secret `tessera/auth-hooks` holds it. */
export const hookSecrets = z
  .record(appId, z.array(secret).max(maxSecretsPerApp))
  .refine((byApp) => Object.keys(byApp).length <= maxApps, `has more than ${maxApps} apps`);
type HookSecrets = z.infer<typeof hookSecrets>;

export interface HookMessage {
  readonly app: string;
  /** The body to the letter: what was signed. */
  readonly body: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** `unknown`: the app has no hook. */
export type HookVerdict = 'trusted' | 'untrusted' | 'unknown';

/** Signed with the secret, and at most 300 s ago by the library's clock. */
const isSignedWith = (webhook: Webhook, { body, headers }: HookMessage): boolean => {
  const signed = {
    'webhook-id': headers['webhook-id'] ?? '',
    'webhook-timestamp': headers['webhook-timestamp'] ?? '',
    'webhook-signature': headers['webhook-signature'] ?? '',
  };
  try {
    webhook.verify(body, signed, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
};

const judge = (secrets: HookSecrets, message: HookMessage): HookVerdict => {
  const own = Object.hasOwn(secrets, message.app) ? (secrets[message.app] ?? []) : [];
  if (own.length === 0) return 'unknown';
  return own.some((webhook) => isSignedWith(webhook, message)) ? 'trusted' : 'untrusted';
};

/** The parser's own message quotes what it could not read, and this would be logged. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the hooks' secret is not JSON");
  }
};

export interface MessageJudgeOptions {
  /** The text of the secret with the hooks' secrets. */
  readonly readSecrets: () => Promise<string>;
  /** Told of each failed attempt to read them. */
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds, for the age of what was read; the clock by default. */
  readonly now?: () => number;
}

/** As with admin keys: a secret that was taken out is good for another minute at most, a new one within ten seconds. */
const age = { maxAgeMs: 60_000, cooldownMs: 10_000, emptyCooldownMs: 1_000, keepMs: 60_000 };

export const messageJudge = ({ readSecrets, onFailure, now = Date.now }: MessageJudgeOptions) => {
  const secrets = lastGood({
    ...age,
    load: async () => hookSecrets.parse(jsonOf(await readSecrets())),
    now,
    ...(onFailure ? { onFailure } : {}),
  });
  /** @throws SourceUnavailable when the secrets cannot be read. */
  return async (message: HookMessage): Promise<HookVerdict> => {
    const verdict = judge(await secrets.read(), message);
    // The secret it was signed with may be newer than what was read.
    return verdict !== 'trusted' && (await secrets.refresh()) ? judge(await secrets.read(), message) : verdict;
  };
};
export type JudgeMessage = ReturnType<typeof messageJudge>;
