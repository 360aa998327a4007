/** Messages signed the standard way with a secret that both sides know. https://www.standardwebhooks.com */
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import type { WebhookRequest } from './provider.ts';

const toleranceMs = 5 * 60 * 1_000;

export const signingKey = (secret: string): Webhook => new Webhook(secret);

const claim = z.object({
  'webhook-id': z.string().min(1).max(256),
  'webhook-timestamp': z.string().regex(/^\d{1,12}$/),
  'webhook-signature': z.string().max(2_000),
});

const isEqual = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/**
 * The text of an authentic message; nothing else. The library's own check goes by the clock of now; a message is as old as it was
 * when it came, whenever it is looked at.
 */
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
