/** Replicate's webhooks: a prediction, signed the standard way. https://replicate.com/docs/topics/webhooks/verify-webhook */
import type { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { taskId } from '../answer-parts.ts';
import type { WebhookReading, WebhookRequest } from '../provider.ts';
import { authenticText, signingKey } from '../standard-webhooks.ts';

export const maxSecrets = 4;

const isKey = (secret: string): boolean => {
  try {
    signingKey(secret);
    return true;
  } catch {
    return false;
  }
};

/** As Replicate shows it. */
export const signingSecret = z.string().max(500).startsWith('whsec_').refine(isKey, 'is not base64');

const ended: readonly string[] = ['succeeded', 'failed', 'canceled', 'aborted'];

const told = z.object({ id: taskId, status: z.string() });

/** Nothing when it is not authentic or tells of no prediction. */
export const signedTask = (keys: readonly Webhook[], request: WebhookRequest): WebhookReading | undefined => {
  try {
    const body = authenticText(keys, request);
    if (body === undefined) return undefined;
    const { id, status } = told.parse(JSON.parse(body));
    return { taskId: id, isOver: ended.includes(status) };
  } catch {
    return undefined;
  }
};
