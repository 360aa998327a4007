/**
 * Where a provider tells that a task is over: a URL of one attempt alone, signed, so that nobody can make one up. It names
 * the job, so that a webhook finds it even when it comes before the task's submission was recorded.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { idSchema } from '#shared/ids.ts';
import { appId, userId } from '#shared/owner.ts';
import { maxCallbackLength } from '../contracts.ts';

export interface Callback {
  readonly app: string;
  readonly user: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly provider: string;
  /** Another model of the same attempt is another callback. */
  readonly model: string;
}

export type CallbackUrl = (callback: Callback) => Promise<string>;
/** Nothing for what was not signed here. */
export type ReadCallback = (token: string) => Promise<Callback | undefined>;

const callbackParts = z.tuple([
  appId,
  userId,
  idSchema('gen'),
  z.int().min(1),
  z.string().min(1).max(60),
  z.string().min(1).max(100),
]);

const sign = (secret: string, payload: string): Buffer => createHmac('sha256', secret).update(payload).digest();

/** `secret`: read when it is needed. */
export const callbackUrl =
  ({ publicUrl, secret }: { publicUrl: string; secret: () => Promise<string> }): CallbackUrl =>
  async ({ app, user, jobId, attempt, provider, model }) => {
    const payload = Buffer.from(JSON.stringify([app, user, jobId, attempt, provider, model])).toString('base64url');
    const token = `${payload}.${sign(await secret(), payload).toString('base64url')}`;
    // In the query, which access logs leave out.
    return `${publicUrl}/webhooks/providers/${provider}/${app}?callback=${token}`;
  };

const parse = (payload: string): Callback | undefined => {
  try {
    const { data } = callbackParts.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return data && { app: data[0], user: data[1], jobId: data[2], attempt: data[3], provider: data[4], model: data[5] };
  } catch {
    return undefined;
  }
};

export const readCallback =
  (secret: () => Promise<string>): ReadCallback =>
  async (token) => {
    const [payload = '', mac = '', ...rest] = token.split('.');
    if (token.length > maxCallbackLength || rest.length > 0) return undefined;
    const given = Buffer.from(mac, 'base64url');
    const expected = sign(await secret(), payload);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return parse(payload);
  };
