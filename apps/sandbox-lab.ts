/** Sandbox lab: tools whose sandbox models are slow, fail or run as tasks, and ways to charge that no other app has, to see how all of it is handled. */
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';
import { billingUrls, fixed, images, monthly, packs, params, plan, text, toolList, toolTexts } from './build.ts';
import { english } from './notification-texts.ts';

const onSandbox = (id: string, ...models: string[]) =>
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

/** Runs as a task, which the sandbox remembers by its id alone: it takes no pictures. */
const asTask = (id: string, model: string) => ({ ...onSandbox(id, model), input: images(0) }) as const;

const origin = 'https://sandbox-lab.invalid';

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
  origins: [origin],
  payment_providers: ['stripe', 'paymob'],
  urls: billingUrls(origin),
  welcome_credits: 10,
  default_plan: 'free',
  plans: [
    plan({ id: 'free', name: 'Free' }),
    plan({ id: 'daily', name: 'Daily', daily_credits: 5, daily_cap: 8 }),
    plan({ id: 'monthly', name: 'Monthly', monthly_credits: 20, max_rollover: 5 }),
    plan({ id: 'plus', name: 'Plus', monthly_credits: 100, max_rollover: 20, price: monthly(1_000, 'USD') }),
    plan({ id: 'max', name: 'Max', monthly_credits: 300, max_rollover: 300, pro: true, price: monthly(2_500, 'USD') }),
  ],
  packs: packs('USD', [
    ['pack-100', '100 credits', 100, 0, 1_000],
    ['pack-300', '300 credits', 300, 30, 2_500],
  ]),
  allowances: [
    { tool: 'slow', limit: 2, period: 'day', plans: ['free', 'daily'] },
    { tool: 'flaky', limit: 3, period: 'month', plans: ['free'] },
  ],
  options: {},
  locales: ['en'],
  texts: {
    en: {
      ...english,
      ...toolTexts({
        slow: ['Slow', 'Takes five seconds.'],
        fail: ['Fail', 'Fails for good.'],
        flaky: ['Flaky', 'Fails once, then works.'],
        blocked: ['Blocked', 'Refuses the content.'],
        fallback: ['Fallback', 'Its first model is not there; the second one works.'],
        task: ['Task', 'Is worked on for a second and asked after.'],
        'task-fail': ['Failing task', 'Is worked on for a second and fails.'],
        'task-stuck': ['Stuck task', 'Is worked on for ever: cancel it.'],
        metered: ['Metered', 'Holds five credits and costs one for every hundred tokens.'],
        cached: ['Cached', 'Answers the same request again for ten minutes, at no cost.'],
        free: ['Free', 'Costs nothing; the plan’s limits count it.'],
      }),
    },
  },
  tools: toolList([
    onSandbox('slow', 'sandbox-slow'),
    onSandbox('fail', 'sandbox-fail'),
    onSandbox('flaky', 'sandbox-flaky'),
    onSandbox('blocked', 'sandbox-blocked'),
    onSandbox('fallback', 'sandbox-missing', 'sandbox-1'),
    asTask('task', 'sandbox-task'),
    asTask('task-fail', 'sandbox-task-fail'),
    asTask('task-stuck', 'sandbox-task-stuck'),
    {
      ...onSandbox('metered', 'sandbox-1'),
      type: 'GENERATION',
      input: images(0),
      output: 'text',
      params: params({ prompt: text(2_000) }, ['prompt']),
      cost: fixed(5),
      metering: { unit: 'total_tokens', units_per_credit: 100, min_credits: 1 },
      instruction: '{prompt}',
    },
    { ...onSandbox('cached', 'sandbox-1'), cache_seconds: 600 },
    { ...onSandbox('free', 'sandbox-1'), cost: fixed(0) },
  ]),
};
