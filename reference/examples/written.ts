/** Examples that only a person can write, or that the apps' own definitions hold: by component, and by operation. */
import { nanoBanana } from '#apps/nano-banana.ts';
import { sparky } from '#apps/sparky.ts';
import { offerOf } from '#services/catalog/contracts.ts';
import { ids } from './values.ts';

const filter = sparky.tools.find(({ id }) => id === 'photo-filter');
const plus = sparky.plans.find(({ id }) => id === 'plus');
const [pack] = sparky.packs;
const [haircut] = sparky.options.hairstyle ?? [];

const without = <Thing extends object>(thing: Thing | undefined, ...fields: readonly string[]) =>
  Object.fromEntries(Object.entries(thing ?? {}).filter(([field]) => !fields.includes(field)));

const secret = ['active', 'providers', 'deadline_seconds', 'instruction', 'result_schema'];

const offer = offerOf(nanoBanana);

/** By the component's name. */
export const components: Readonly<Record<string, unknown>> = {
  AppOffer: offer,
  Option: haircut,
  Pack: pack,
  Plan: plus,
  PublicOption: without(haircut, 'active', 'prompt'),
  PublicTool: without(filter, ...secret),
  Tool: filter,
};

export interface WrittenExample {
  readonly body?: unknown;
  /** By status. */
  readonly replies?: Readonly<Record<string, unknown>>;
}

const queued = { id: ids.gen, status: 'queued', cost_credits: 4, remaining_credits: 96 };

/** By the operation's id. */
export const operations: Readonly<Record<string, WrittenExample>> = {
  adjustCredits: { body: { credits: 20, reason: 'A gift for the wait' } },
  changeSubscription: { body: { plan_id: 'pro' } },
  createBroadcast: {
    body: {
      type: 'offer',
      title_key: 'notifications.credits_given.title',
      message_key: 'notifications.credits_given.message',
      audience: { to: 'plan', plan: 'plus' },
    },
  },
  createCheckout: { body: { pack_id: 'pack-20', success_url: 'https://sparky.example/credits/done' } },
  createGeneration: {
    body: { tool: 'photo-filter', params: { filter: 'sepia' }, inputs: [ids.ast] },
    replies: { 202: queued },
  },
  regenerate: { body: { params: { style: 'sepia' } }, replies: { 202: queued } },
  createPaymentIntent: { body: { pack_id: 'pack-20', save_payment_method: true } },
  createPrompt: { body: { title: 'Rain', text: 'A lighthouse in the rain, seen from the sea' } },
  createWebhook: {
    body: { url: 'https://api.sparky.example/tessera', events: ['generation.completed', 'payment.captured'] },
  },
  changeWebhook: { body: { events: ['*'], active: true } },
  changeMe: {
    body: { name: 'Mona', locale: 'en', zone: 'Africa/Cairo', notification_preferences: { promotions: false } },
  },
  getOffer: {
    replies: {
      200: {
        version: 7,
        at: '2026-11-21T10:15:00.000Z',
        actor: 'admin:key-0a1b2c3d4e5f',
        reason: null,
        seeded: false,
        set_aside: false,
        rolled_back_to: null,
        edited: true,
        offer,
      },
    },
  },
  putOption: { body: { option: haircut, reason: 'A new cut' } },
  putPack: { body: { pack, reason: 'Sold from today' } },
  putPlan: { body: { plan: plus } },
  putTool: { body: { tool: filter } },
  rollBack: { body: { to_version: 6, reason: 'The price was wrong' } },
  setTopUp: { body: { top_up: { below: 10, pack_id: 'pack-20', max_per_month: 3 } } },
};
