/** What becomes of a purchase: captured, given up, paid wrongly; and of some the money goes back. */

import { isGone } from '#services/billing/domain/money-back.ts';
import type { PaymentCommand } from '#services/billing/domain/payment-commands.ts';
import type { Order } from '#services/billing/domain/payment-state.ts';
import { type KnownPayment, paymentStream } from '#services/billing/domain/payment-state.ts';
import type { SubscriptionCommand } from '#services/billing/domain/subscription-commands.ts';
import { noSubscription, type Subscription, subscriptionStream } from '#services/billing/domain/subscription-state.ts';
import type { AppDefinition, Plan } from '#services/catalog/contracts.ts';
import { derivedId } from '#shared/ids.ts';
import { type Owner, ownerKey } from '#shared/owner.ts';
import type { Town } from './town.ts';

const hourMs = 3_600_000;
const monthMs = 30 * 24 * hourMs;

interface Purchase {
  readonly owner: Owner;
  readonly id: string;
  readonly order: Order;
  /** The plan it pays for. */
  readonly plan?: Plan;
}

/** @param trouble how much oftener than usual money comes wrongly or goes back. */
export const purchaseLife = (town: Town, trouble: number) => {
  const { agenda, random } = town;
  /** So far; the newest's makes its id. */
  let purchases = 0;
  /** Whoever began a subscription begins no second one beside it. */
  const subscribers = new Set<string>();

  const handle = async ({ owner, id }: Purchase, command: PaymentCommand): Promise<KnownPayment> => {
    const meta = { actor: 'system:busy-week', correlationId: `request-${id}` };
    const handled = await town.handlePayment(paymentStream(owner, id), command, meta);
    if (!handled.accepted || handled.state.status === 'unknown')
      throw new Error(`${command.type} of ${id} was refused`);
    return handled.state;
  };

  const subscriptionOf = (owner: Owner): Subscription =>
    town.states.subscriptions.get(subscriptionStream(owner)) ?? noSubscription;
  const handleSubscription = async ({ owner, id }: Purchase, command: SubscriptionCommand) => {
    const meta = { actor: 'system:busy-week', correlationId: `request-${id}` };
    const handled = await town.handleSubscription(subscriptionStream(owner), command, meta);
    if (!handled.accepted) throw new Error(`${command.type} for ${id} was refused: ${handled.rejection}`);
  };

  /** A paid plan at Stripe is a subscription; at Paymob it is prepaid. */
  const beginPeriod = async (purchase: Purchase, plan: Plan) => {
    const { id, order } = purchase;
    const at = agenda.now();
    const { provider, amountMinor, currency } = order;
    const reference = `sub_${id}`;
    const price = { amountMinor, currency, interval: 'month' } as const;
    const facts = { paymentId: id, provider, reference, plan: plan.id, credits: order.credits, price };
    if (provider === 'paymob') {
      const paid = { ...facts, kind: 'prepaid', maxRollover: plan.max_rollover, from: at, interval: 'month' } as const;
      return handleSubscription(purchase, { type: 'RecordPeriodPaid', at, paid });
    }
    const currentPeriodEnd = new Date(agenda.nowMs() + monthMs).toISOString();
    const { observations: seen } = subscriptionOf(purchase.owner);
    const terms = { provider, reference, status: 'active', plan: plan.id, ...price, currentPeriodEnd } as const;
    const observed = { ...terms, cancelAtPeriodEnd: false };
    await handleSubscription(purchase, { type: 'Observe', at, observed, seen });
    const maxRollover = plan.max_rollover;
    const paid = { ...facts, kind: 'period', maxRollover, from: at, until: currentPeriodEnd } as const;
    return handleSubscription(purchase, { type: 'RecordPeriodPaid', at, paid });
  };

  const moneyBack = async (purchase: Purchase, command: PaymentCommand) => {
    const payment = await handle(purchase, command);
    if (purchase.plan && isGone(payment))
      await handleSubscription(purchase, { type: 'RevokePeriod', at: agenda.now(), paymentId: purchase.id });
  };

  const refundSome = (purchase: Purchase) => {
    const { amountMinor, provider } = purchase.order;
    agenda.after(random.skewed(12 * hourMs), () => {
      const part = random.chance(0.6) ? amountMinor : random.whole(1, amountMinor);
      const one = { refund: `re_${purchase.id}`, amountMinor: part };
      const refunded = provider === 'stripe' ? { totalMinor: part } : one;
      return moneyBack(purchase, { type: 'RecordRefund', at: agenda.now(), refunded });
    });
  };

  const dispute = (purchase: Purchase) => {
    const { amountMinor } = purchase.order;
    const facts = { dispute: `dp_${purchase.id.slice(4)}`, amountMinor, reason: 'fraudulent' };
    agenda.after(random.skewed(20 * hourMs), async () => {
      await moneyBack(purchase, { type: 'OpenDispute', at: agenda.now(), ...facts });
      const outcome = random.chance(0.5) ? 'won' : 'lost';
      agenda.after(random.skewed(20 * hourMs), () =>
        moneyBack(purchase, { type: 'CloseDispute', at: agenda.now(), outcome, ...facts }),
      );
    });
  };

  const capture = async (purchase: Purchase) => {
    const { amountMinor, currency } = purchase.order;
    const isWrong = random.chance(0.02 * trouble);
    const paidMinor = isWrong ? Math.max(1, amountMinor - 100) : amountMinor;
    const reference = `pi_${purchase.id}`;
    await handle(purchase, { type: 'RecordCapture', at: agenda.now(), reference, amountMinor: paidMinor, currency });
    if (isWrong) return;
    if (purchase.plan) await beginPeriod(purchase, purchase.plan);
    if (random.chance(0.05 * trouble)) refundSome(purchase);
    if (random.chance(0.03 * trouble)) dispute(purchase);
  };

  const pay = async (purchase: Purchase) => {
    await handle(purchase, { type: 'RequestPayment', at: agenda.now(), order: purchase.order });
    const session = `cs_${purchase.id}`;
    await handle(purchase, { type: 'OpenCheckout', at: agenda.now(), page: { session } });
    const roll = random.next();
    if (roll < 0.08)
      return agenda.after(hourMs, async () => {
        await handle(purchase, { type: 'RecordExpiry', at: agenda.now(), session });
      });
    if (roll < 0.16)
      agenda.after(random.skewed(20_000), async () => {
        await handle(purchase, { type: 'RecordFailure', at: agenda.now(), reason: 'card_declined', reference: 'one' });
      });
    if (roll < 0.12) return;
    agenda.after(random.skewed(60_000), () => capture(purchase));
  };

  const newPurchase = (owner: Owner, order: Order, plan?: Plan): Purchase => {
    purchases += 1;
    // The ledger asks for a top-up more than once, and means one.
    const id = derivedId('pay', owner.app, owner.user, order.topUpId ?? String(purchases));
    return { owner, id, order, ...(plan ? { plan } : {}) };
  };

  const orderOfPack = ({ packs, payment_providers }: AppDefinition): Order | undefined => {
    if (packs.length === 0) return undefined;
    const { id, name, credits, bonus_credits, price } = random.pick(packs);
    const provider = payment_providers?.[0] ?? 'stripe';
    const { amount_minor: amountMinor, currency } = price;
    const given = credits + bonus_credits;
    return { provider, purpose: 'pack', item: id, name, amountMinor, currency, credits: given, via: 'checkout' };
  };

  const buyPlan = (definition: AppDefinition, owner: Owner): Purchase | undefined => {
    const paid = definition.plans.filter(({ price }) => price !== null);
    const key = ownerKey(owner);
    if (paid.length === 0 || subscribers.has(key)) return undefined;
    subscribers.add(key);
    const plan = random.pick(paid);
    const { amount_minor: amountMinor = 0, currency = 'USD' } = plan.price ?? {};
    const provider = definition.payment_providers?.[0] ?? 'stripe';
    const facts = { provider, purpose: 'plan', item: plan.id, name: plan.name, amountMinor, currency } as const;
    const period = { interval: 'month', maxRollover: plan.max_rollover } as const;
    const credits = plan.monthly_credits;
    const order: Order =
      provider === 'paymob' ? { ...facts, credits, via: 'checkout', period } : { ...facts, credits, via: 'invoice' };
    return newPurchase(owner, order, plan);
  };

  return {
    /** A pack or a plan; nothing where the app sells neither. */
    async buy(definition: AppDefinition, owner: Owner): Promise<void> {
      const order = random.chance(0.7) ? orderOfPack(definition) : undefined;
      const purchase = order ? newPurchase(owner, order) : buyPlan(definition, owner);
      if (purchase) await pay(purchase);
    },
    /** Told of by the ledger. */
    async topUp(definition: AppDefinition, owner: Owner, topUpId: string, packId: string): Promise<void> {
      const sold = definition.packs.find(({ id }) => id === packId);
      if (!sold) throw new Error(`no pack ${packId}`);
      const { amount_minor: amountMinor, currency } = sold.price;
      const credits = sold.credits + sold.bonus_credits;
      const facts = { provider: 'stripe', purpose: 'pack', item: packId, name: sold.name } as const;
      const purchase = newPurchase(owner, { ...facts, amountMinor, currency, credits, via: 'top-up', topUpId });
      await handle(purchase, { type: 'RequestPayment', at: agenda.now(), order: purchase.order });
      if (random.chance(0.2))
        await handle(purchase, { type: 'RecordFailure', at: agenda.now(), reason: 'card_declined' });
      else await capture(purchase);
    },
  };
};
