/** Sandbox lab: tools whose sandbox models misbehave on purpose, to see how slow and failing providers are handled. */
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';
import { fixed, images, params, plan, toolList, toolTexts } from './build.ts';

const misbehaving = (id: string, ...models: string[]) =>
  ({
    id,
    type: 'FILTER',
    icon_name: 'BeakerIcon',
    input: images(1),
    output: 'image',
    params: params({}),
    cost: fixed(1),
    providers: [{ provider: 'sandbox', models }],
  }) as const satisfies Partial<Tool>;

export const sandboxLab: AppDefinition = {
  id: 'sandbox-lab',
  name: 'Sandbox Lab',
  internal: true,
  issuers: [
    {
      algorithm: 'ES256',
      // `.invalid` never resolves: no token is good here unless a deployment names an issuer of its own.
      issuer: 'https://sandbox-lab.invalid/auth/v1',
      audience: 'authenticated',
      jwks_url: 'https://sandbox-lab.invalid/auth/v1/.well-known/jwks.json',
    },
  ],
  zone: 'UTC',
  origins: [],
  welcome_credits: 10,
  default_plan: 'free',
  plans: [
    plan({ id: 'free', name: 'Free' }),
    plan({ id: 'daily', name: 'Daily', daily_credits: 5, daily_cap: 8 }),
    plan({ id: 'monthly', name: 'Monthly', monthly_credits: 20, max_rollover: 5 }),
  ],
  allowances: [
    { tool: 'slow', limit: 2, period: 'day', plans: ['free', 'daily'] },
    { tool: 'flaky', limit: 3, period: 'month', plans: ['free'] },
  ],
  options: {},
  locales: ['en'],
  texts: {
    en: toolTexts({
      slow: ['Slow', 'Takes five seconds.'],
      fail: ['Fail', 'Fails for good.'],
      flaky: ['Flaky', 'Fails once, then works.'],
      blocked: ['Blocked', 'Refuses the content.'],
      fallback: ['Fallback', 'Its first model is not there; the second one works.'],
    }),
  },
  packs: [],
  tools: toolList([
    misbehaving('slow', 'sandbox-slow'),
    misbehaving('fail', 'sandbox-fail'),
    misbehaving('flaky', 'sandbox-flaky'),
    misbehaving('blocked', 'sandbox-blocked'),
    misbehaving('fallback', 'sandbox-missing', 'sandbox-1'),
  ]),
};
