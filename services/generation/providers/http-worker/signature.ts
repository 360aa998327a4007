/** Messages between us and one's own worker, signed the standard way with a secret that both know. https://www.standardwebhooks.com */
import type { Webhook } from 'standardwebhooks';
import * as z from 'zod';

/** The standard asks for 24. */
const minSecretBytes = 24;

const isKey = (secret: string): boolean =>
  Buffer.from(secret.slice('whsec_'.length), 'base64').byteLength >= minSecretBytes;

/** Both change places one by one: the first signs what we send, each is good for what comes. */
export const signingSecrets = z
  .array(
    z
      .string()
      .max(500)
      .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/, 'is no secret of Standard Webhooks')
      .refine(isKey, 'is too short'),
  )
  .max(4);

export const signedHeaders = (key: Webhook, id: string, at: Date, payload: string): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
  'webhook-signature': key.sign(id, at, payload),
});
