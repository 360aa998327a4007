/** I8: two apps, or another business, in one account at Stripe. What is theirs is nothing here, whatever its shape, and rings for nobody. */
import { expect, test } from '@jest/globals';
import { ProviderFailure } from '../providers/provider.ts';
import { anInvoice, atStripe, newWorld, owner } from './testing/world.ts';

const other = { ...owner, app: 'nano-banana' };
const ignored = { outcome: 'ignored', why: 'app-other' };
const touched = { kind: 'subscription-touched', subscription: 'sub_x', customer: 'cus_x' } as const;
const intent = { by: 'reference', reference: 'pi_x' } as const;
const refunded = { kind: 'refunded', payment: intent, reference: 'pi_x', refunded: { totalMinor: 999 } } as const;
const lost = {
  kind: 'dispute-lost',
  payment: intent,
  dispute: 'dp_x',
  amountMinor: 999,
  reason: 'fraudulent',
} as const;

/** Its subscription, which no shape of ours has: asked how it stands, it is not understood. */
const withTheirs = ({ isMarked = true }: { isMarked?: boolean } = {}) => {
  const world = newWorld();
  const { owner: _, ...found } = atStripe('sub_x');
  world.stripe.subscriptions.set('sub_x', isMarked ? { ...found, owner: other } : found);
  Object.assign(world.stripe.api, {
    readSubscription: () => Promise.reject(new ProviderFailure('refused', 'the answer is not understood')),
  });
  world.stripe.payments.set('pi_x', {
    reference: 'pi_x',
    status: 'captured',
    amountMinor: 999,
    currency: 'USD',
    refundedMinor: 999,
    createdAt: '2026-11-21T12:00:00.000Z',
  });
  return world;
};

test('I8 a subscription of another app is ignored, though nobody here understands its prices', async () => {
  const world = withTheirs();
  expect(await world.apply(touched)).toEqual(ignored);
  const invoice = anInvoice({ subscription: 'sub_x', customer: 'cus_x' });
  expect(await world.apply({ kind: 'invoice-paid', invoice })).toEqual(ignored);
  expect([...world.references.kept]).toEqual([]);
});

test('I8 a subscription that bears nobody’s mark is unmatched, and not tried for ever', async () => {
  expect(await withTheirs({ isMarked: false }).apply(touched)).toEqual({
    outcome: 'unmatched',
    why: 'customer-unknown',
  });
});

test.each([refunded, lost])('I8 $kind of an invoice of another app is ignored', async (fact) => {
  const world = withTheirs();
  world.stripe.invoiceOf.set('pi_x', 'in_x');
  world.stripe.invoices.set('in_x', 'app-other');
  expect(await world.apply(fact)).toEqual(ignored);
  world.stripe.invoiceOf.delete('pi_x');
  expect(await world.apply(fact)).toEqual({ outcome: 'unmatched', why: 'payment-unknown' });
});
