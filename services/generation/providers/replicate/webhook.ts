/** Replicate's webhooks: a prediction, signed the standard way. https://replicate.com/docs/topics/webhooks/verify-webhook */
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { taskId } from '../answer-parts.ts';
import type { WebhookReading, WebhookRequest } from '../provider.ts';

export const maxSecrets = 4;
const toleranceMs = 5 * 60 * 1_000;

const isKey = (secret: string): boolean => {
  try {
    new Webhook(secret);
    return true;
  } catch {
    return false;
  }
};

/** As Replicate shows it. */
export const signingSecret = z.string().max(500).startsWith('whsec_').refine(isKey, 'is not base64');
export const signingKey = (secret: string): Webhook => new Webhook(secret);

const ended: readonly string[] = ['succeeded', 'failed', 'canceled', 'aborted'];

const signed = z.object({
  'webhook-id': z.string().min(1).max(256),
  'webhook-timestamp': z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number),
  'webhook-signature': z.string().max(2_000),
});
const told = z.object({ id: taskId, status: z.string() });

const isEqual = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** The library's own check goes by the clock of now; a message is as old as it was when it came. */
const isAuthentic = (keys: readonly Webhook[], { headers, receivedAtMs }: WebhookRequest, body: string): boolean => {
  const claim = signed.safeParse(headers);
  if (!claim.success) return false;
  const sentAtMs = claim.data['webhook-timestamp'] * 1_000;
  if (Math.abs(receivedAtMs - sentAtMs) > toleranceMs) return false;
  const expected = keys.map((key) => key.sign(claim.data['webhook-id'], new Date(sentAtMs), body));
  const given = claim.data['webhook-signature'].split(' ');
  return expected.some((one) => given.some((other) => isEqual(other, one)));
};

/** Nothing when it is not authentic or tells of no prediction. */
export const signedTask = (keys: readonly Webhook[], request: WebhookRequest): WebhookReading | undefined => {
  try {
    const body = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(request.body);
    if (!isAuthentic(keys, request, body)) return undefined;
    const { id, status } = told.parse(JSON.parse(body));
    return { taskId: id, isOver: ended.includes(status) };
  } catch {
    return undefined;
  }
};
