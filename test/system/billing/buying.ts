/** What buyers do and see, as the suites of billing play it. */
import { expect } from '@jest/globals';
import Stripe from 'stripe';
import type { Stack, User } from '../stack.ts';

export interface Checkout {
  readonly payment_id: string;
  readonly provider: string;
  readonly session_id: string;
  readonly checkout_url: string;
}

export interface Payment {
  readonly id: string;
  readonly status: string;
  readonly credits: number;
  readonly failure: string | null;
  readonly refunded_minor: number;
}

export interface Callback {
  readonly id: string;
  readonly type: string;
  readonly outcome: string;
  readonly payment_id: string | null;
  readonly raw: string | null;
}

export interface Credits {
  readonly available: number;
  readonly debt: number;
  readonly plan: string;
  readonly grants: readonly { readonly id: string; readonly remaining: number }[];
}

export const withKey = (key: string) => ({ 'idempotency-key': key });

/** Opens a payment page for a pack or a plan. */
export const openPage = async ({ api }: User, wanted: object, headers = {}): Promise<Checkout> => {
  const { status, body } = await api.post<Checkout>('/v1/checkout', wanted, headers);
  expect([status, body]).toEqual([201, expect.objectContaining({ checkout_url: expect.any(String) })]);
  return body;
};

export const readPayment = async ({ api }: User, id: string): Promise<Payment> =>
  (await api.get<Payment>(`/v1/payments/${id}`)).body;
export const readCredits = async ({ api }: User): Promise<Credits> => (await api.get<Credits>('/v1/credits')).body;

/** A pack bought at Stripe, and everything that follows from it. */
export const buyPack = async (
  stack: Stack,
  user: User,
  pack: string,
): Promise<{ readonly payment: string; readonly session: string }> => {
  const { payment_id: payment, session_id: session } = await openPage(user, { pack_id: pack });
  stack.payments.stripe(user.app).paySession(session, 'pay');
  await stack.settle();
  return { payment, session };
};

export interface Posting {
  readonly app?: string;
  readonly secret?: string;
  /** Unix time in seconds, of the signature. */
  readonly at?: number;
  /** What is signed, where that is not what is sent. */
  readonly signed?: string;
}

/** Sends an event to an app's endpoint as Stripe would, signed by Stripe's own library; answers the status. */
export const postStripe = async (
  stack: Stack,
  body: string,
  { app = 'sandbox-lab', secret = stack.payments.stripe(app).webhookSecret, at, signed = body }: Posting = {},
): Promise<number> => {
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload: signed,
    secret,
    ...(at === undefined ? {} : { timestamp: at }),
  });
  return postAs(stack, `/webhooks/stripe/${app}`, body, { 'stripe-signature': signature });
};

export const postAs = async (
  { account }: Stack,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<number> => {
  const response = await fetch(new URL(path, account.httpUrl()), {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  await response.arrayBuffer();
  return response.status;
};
