/** fal's webhooks: signed with Ed25519 by one of its published keys. https://docs.fal.ai/model-apis/model-endpoints/webhooks */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import * as z from 'zod';
import { lastGood } from '#shared/last-good.ts';
import { read, taskId } from '../answer-parts.ts';
import { askOnce } from '../ask-once.ts';
import type { Tasks, WebhookRequest } from '../provider.ts';

const toleranceMs = 5 * 60 * 1_000;
const maxKeys = 10;
const maxJwksBytes = 64 * 1024;

/** fal wants its keys read anew each day; a signature that fits none may be by a newer one. */
const age = { maxAgeMs: 24 * 3_600_000, keepMs: 24 * 3_600_000, cooldownMs: 60_000, emptyCooldownMs: 5_000 };

const jwks = z.object({ keys: z.array(z.unknown()).max(maxKeys) });
const signingKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

const loadKeys = async (url: string): Promise<readonly KeyObject[]> => {
  const response = await askOnce({ maxBytes: maxJwksBytes })(url, { signal: AbortSignal.timeout(3_000) });
  return read(jwks, await response.json()).keys.flatMap((key) => {
    const { data } = signingKey.safeParse(key);
    return data ? [createPublicKey({ key: data, format: 'jwk' })] : [];
  });
};

const signed = z.object({
  'x-fal-webhook-request-id': z.string().min(1).max(256),
  'x-fal-webhook-user-id': z.string().min(1).max(256),
  'x-fal-webhook-timestamp': z.string().regex(/^\d{1,12}$/),
  'x-fal-webhook-signature': z.hex().length(128),
});
type Signed = z.infer<typeof signed>;
const told = z.object({ request_id: taskId });

const isSignedBy = (keys: readonly KeyObject[], claim: Signed, body: Uint8Array): boolean => {
  const digest = createHash('sha256').update(body).digest('hex');
  const { 'x-fal-webhook-request-id': id, 'x-fal-webhook-user-id': user, 'x-fal-webhook-timestamp': time } = claim;
  const message = Buffer.from([id, user, time, digest].join('\n'));
  const signature = Buffer.from(claim['x-fal-webhook-signature'], 'hex');
  return keys.some((key) => verify(null, message, key, signature));
};

const taskOf = (body: Uint8Array): string | undefined => {
  try {
    return told.parse(JSON.parse(Buffer.from(body).toString())).request_id;
  } catch {
    return undefined;
  }
};

interface FalWebhooksOptions {
  readonly jwksUrl: string;
  /** Milliseconds, for the age of the keys; the clock by default. */
  readonly now?: () => number;
}

export const falWebhooks = ({ jwksUrl, now = Date.now }: FalWebhooksOptions): Tasks['readWebhook'] => {
  const keys = lastGood({ ...age, load: () => loadKeys(jwksUrl), now });
  const isAuthentic = async (claim: Signed, body: Uint8Array): Promise<boolean> => {
    try {
      if (isSignedBy(await keys.read(), claim, body)) return true;
      return (await keys.refresh()) && isSignedBy(await keys.read(), claim, body);
    } catch {
      // No keys, no trust: the task is asked after as if no webhook had come.
      return false;
    }
  };
  return async ({ headers, body, receivedAtMs }: WebhookRequest) => {
    const claim = signed.safeParse(headers);
    if (!claim.success) return undefined;
    const sentAtMs = Number(claim.data['x-fal-webhook-timestamp']) * 1_000;
    if (Math.abs(receivedAtMs - sentAtMs) > toleranceMs) return undefined;
    const id = taskOf(body);
    if (id === undefined || !(await isAuthentic(claim.data, body))) return undefined;
    return { taskId: id, isOver: true };
  };
};
