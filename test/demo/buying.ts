/** `npm run demo -- --buy`: money becomes credits, money goes back and so do they; at local payment providers, told of by signed callbacks. */
import type * as z from 'zod';
import type { publicCatalogReply } from '#services/catalog/views.ts';
import type { App, Stack } from '../system/stack.ts';
import { ensureInvariants, readCredits, showLedger } from './ledger.ts';
import { buyPack, disputeAndWin, money, type Purchaser, readPayments, refundInParts, watchBalance } from './paying.ts';
import { ensure, read, type Say } from './steps.ts';
import { isPriced, payForPlan } from './subscribing.ts';

type Catalog = z.output<typeof publicCatalogReply>;

/** Everything that the providers told of, once more. */
const tellAgain = async ({ stack, say, ensureChange }: Purchaser): Promise<void> => {
  const { deliveries } = stack.payments;
  const ids = [...new Set(deliveries.all.map(({ id }) => id))];
  ensure(
    deliveries.all.every(({ status }) => status === 'delivered'),
    'a callback of a provider was not taken',
  );
  for (const id of ids) await deliveries.redeliver(id);
  say('told again', `all ${ids.length} callbacks`);
  await ensureChange(0);
};

const showPayments = async (purchaser: Purchaser): Promise<void> => {
  const payments = await readPayments(purchaser);
  purchaser.say('payments', 'item           amount  status');
  for (const payment of payments.toReversed())
    purchaser.say('', `${payment.item.id.padEnd(10)}  ${money(payment).padStart(9)}  ${payment.status}`);
};

/** @throws CheckFailed with the reason. */
export const buying = async (stack: Stack, app: App, say: Say): Promise<void> => {
  const user = await stack.signUp(app);
  const admin = await stack.signUp(app);
  await stack.makeAdmin(admin);
  const { available } = await readCredits(user.api);
  say('signed up', `${user.id} in ${app}, ${available} credits to begin with`);
  const visit = { stack, user, say };
  const purchaser: Purchaser = { ...visit, admin, ensureChange: watchBalance(visit, available) };

  const catalog = await read<Catalog>(stack.anybody, `/v1/apps/${app}/catalog`);
  const pack = catalog.packs.find(({ bonus_credits }) => bonus_credits > 0) ?? catalog.packs[0];
  if (pack) {
    await refundInParts(purchaser, await buyPack(purchaser, pack, { declined: true }));
    const kept = await buyPack(purchaser, pack, { declined: false });
    if (kept.provider === 'stripe') await disputeAndWin(purchaser, kept);
  }
  const plan = catalog.plans.find(isPriced);
  if (plan) {
    await payForPlan(purchaser, plan, { defaultPlan: catalog.default_plan, moneyBack: pack === undefined });
  }
  await tellAgain(purchaser);
  await showPayments(purchaser);
  await showLedger(purchaser);
  const events = await ensureInvariants(stack);
  say('checked', `I1 to I7 hold over ${events} events`);
};
