/** Sparky: changes to a portrait (hair, skin, filters) and a reading of a face; sold in Egypt, by plans and packs. */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { billingUrls, monthly, packs, plan, supabaseIssuer } from './build.ts';
import { options } from './sparky/options.ts';
import { texts } from './sparky/texts.ts';
import { tools } from './sparky/tools.ts';

const origin = 'https://sparky.example';

export const sparky: AppDefinition = {
  id: 'sparky',
  name: 'Sparky',
  issuers: [supabaseIssuer('sparky')],
  zone: 'Africa/Cairo',
  origins: [origin],
  payment_providers: ['paymob'],
  urls: billingUrls(origin),
  welcome_credits: 10,
  default_plan: 'free',
  plans: [
    plan({ id: 'free', name: 'Free', daily_cap: 10, limits: { jobs_per_hour: 60, concurrent_jobs: null } }),
    plan({
      id: 'plus',
      name: 'Plus',
      monthly_credits: 150,
      max_rollover: 50,
      daily_cap: 30,
      limits: { jobs_per_hour: 120, concurrent_jobs: null },
      price: monthly(14_900, 'EGP'),
    }),
    plan({
      id: 'pro',
      name: 'Pro',
      monthly_credits: 600,
      max_rollover: 200,
      daily_cap: 100,
      limits: { jobs_per_hour: 300, concurrent_jobs: null },
      pro: true,
      price: monthly(39_900, 'EGP'),
    }),
  ],
  allowances: [],
  packs: packs('EGP', [
    ['pack-20', '20 credits', 20, 0, 9_900],
    ['pack-100', '100 credits', 100, 10, 44_900],
  ]),
  tools,
  options,
  locales: ['en', 'ar'],
  texts,
};
