/** Messages between us and one's own worker, signed the standard way with a secret that both know. https://www.standardwebhooks.com */
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import type { WebhookRequest } from '../provider.ts';

const toleranceMs = 5 * 60 * 1_000;
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

export const signingKey = (secret: string): Webhook => new Webhook(secret);

export const signedHeaders = (key: Webhook, id: string, at: Date, payload: string): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
  'webhook-signature': key.sign(id, at, payload),
});

const claim = z.object({
  'webhook-id': z.string().min(1).max(256),
  'webhook-timestamp': z.string().regex(/^\d{1,12}$/),
  'webhook-signature': z.string().max(2_000),
});

const isEqual = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** The text of an authentic message; nothing else. A message is as old as it was when it came, whenever it is looked at. */
export const authenticText = (keys: readonly Webhook[], request: WebhookRequest): string | undefined => {
  const { data } = claim.safeParse(request.headers);
  if (!data) return undefined;
  const sentAt = new Date(Number(data['webhook-timestamp']) * 1_000);
  if (Math.abs(request.receivedAtMs - sentAt.getTime()) > toleranceMs) return undefined;
  const text = Buffer.from(request.body).toString();
  // What is no UTF-8 would not be what was signed.
  if (!Buffer.from(text).equals(request.body)) return undefined;
  const expected = keys.map((key) => key.sign(data['webhook-id'], sentAt, text));
  const given = data['webhook-signature'].split(' ');
  return expected.some((one) => given.some((other) => isEqual(other, one))) ? text : undefined;
};
