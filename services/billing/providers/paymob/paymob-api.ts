/** Paymob (Accept): payment pages, money back on the transaction, and callbacks about transactions. It has no idempotency keys. */
import * as z from 'zod';
import { ask } from '../ask.ts';
import { type PaymentProviderApi, ProviderFailure } from '../provider.ts';
import type { PaymobSetup } from '../setup.ts';
import { intention, newIntention, pageOf } from './intention.ts';
import { readCallback } from './read-callback.ts';

const defaultBase = 'https://accept.paymob.com';

export interface PaymobOptions {
  readonly app: string;
  readonly setup: PaymobSetup;
  /** Of one call. Default 8 s. */
  readonly timeoutMs?: number;
  /** Milliseconds; the clock by default. */
  readonly now?: () => number;
}

/** Bare or in an envelope, and its booleans sometimes as text. */
const outcome = z.object({ success: z.union([z.boolean(), z.string()]), pending: z.union([z.boolean(), z.string()]) });
const moneyBack = z.union([z.object({ obj: outcome }).transform(({ obj }) => obj), outcome]);
const isFalse = (flag: string | boolean): boolean => String(flag).toLowerCase() === 'false';

const transactionNumber = /^[1-9]\d{0,15}$/;

export const paymobApi = ({ app, setup, timeoutMs, now = Date.now }: PaymobOptions): PaymentProviderApi => {
  const base = setup.base_url ?? defaultBase;
  const who = `Paymob for ${app}`;
  const post = (path: string, body: object, how: { repeats: boolean; notFound: 'refused' | 'unknown-there' }) =>
    ask({
      ...how,
      who: `${who}, ${path}`,
      url: `${base}${path}`,
      headers: { authorization: `Token ${setup.secret_key}` },
      body,
      secrets: [setup.secret_key, setup.public_key, ...setup.hmac_secrets],
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });

  return {
    readCallback: readCallback(setup),

    async openCheckout(request) {
      if (request.paymentId === undefined) throw new ProviderFailure('refused', `${who}: a page is for one payment`);
      const askedAtMs = now();
      const answer = await post('/v1/intention/', newIntention(request, request.paymentId, setup.integration_ids), {
        // A second order that nobody pays does no harm.
        repeats: true,
        // An integration that is not there is a mistake in the setup.
        notFound: 'refused',
      });
      const { success, data } = intention.safeParse(answer);
      if (!success) throw new ProviderFailure('unavailable', `${who}: an intention that is not understood`);
      return pageOf(data, { base, publicKey: setup.public_key, askedAtMs });
    },

    async refund(reference, { amountMinor, voids }) {
      if (!transactionNumber.test(reference)) {
        throw new ProviderFailure('unknown-there', `${who}: a transaction has a number`);
      }
      const transaction = { transaction_id: Number(reference) };
      // Asked twice, Paymob might give twice: whoever lost the answer waits for the callback.
      const answer = await post(
        `/api/acceptance/void_refund/${voids ? 'void' : 'refund'}`,
        voids ? transaction : { ...transaction, amount_cents: amountMinor },
        { repeats: false, notFound: 'unknown-there' },
      );
      // Of an answer that is not understood the callback tells more.
      const { data } = moneyBack.safeParse(answer);
      if (data && isFalse(data.success) && isFalse(data.pending)) {
        throw new ProviderFailure('refused', `${who}: the money does not go back`);
      }
    },
  };
};
