/** Sandbox lab: tools whose sandbox models misbehave on purpose, to see how slow and failing providers are handled. */
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';

const misbehaving = (id: string, sortOrder: number, ...models: string[]): Tool => ({
  id,
  type: 'FILTER',
  name_key: `tools.${id.replaceAll('-', '_')}.name`,
  description_key: `tools.${id.replaceAll('-', '_')}.description`,
  icon_name: 'BeakerIcon',
  active: true,
  sort_order: sortOrder,
  input: { images: { min: 1, max: 1 } },
  output: 'image',
  params: { type: 'object', additionalProperties: false, properties: {} },
  cost: { kind: 'fixed', credits: 1 },
  providers: [{ provider: 'sandbox', models }],
  option_params: {},
  cache_seconds: 0,
  deadline_seconds: 300,
});

const plain = { pro: false, price: null, limits: { jobs_per_hour: null, concurrent_jobs: null } };

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
    { id: 'free', name: 'Free', monthly_credits: 0, max_rollover: 0, daily_credits: 0, daily_cap: null, ...plain },
    { id: 'daily', name: 'Daily', monthly_credits: 0, max_rollover: 0, daily_credits: 5, daily_cap: 8, ...plain },
    {
      id: 'monthly',
      name: 'Monthly',
      monthly_credits: 20,
      max_rollover: 5,
      daily_credits: 0,
      daily_cap: null,
      ...plain,
    },
  ],
  allowances: [
    { tool: 'slow', limit: 2, period: 'day', plans: ['free', 'daily'] },
    { tool: 'flaky', limit: 3, period: 'month', plans: ['free'] },
  ],
  options: {},
  locales: ['en'],
  texts: {
    en: {
      'tools.slow.name': 'tools.slow.name',
      'tools.slow.description': 'tools.slow.description',
      'tools.fail.name': 'tools.fail.name',
      'tools.fail.description': 'tools.fail.description',
      'tools.flaky.name': 'tools.flaky.name',
      'tools.flaky.description': 'tools.flaky.description',
      'tools.blocked.name': 'tools.blocked.name',
      'tools.blocked.description': 'tools.blocked.description',
      'tools.fallback.name': 'tools.fallback.name',
      'tools.fallback.description': 'tools.fallback.description',
    },
  },
  packs: [],
  tools: [
    misbehaving('slow', 10, 'sandbox-slow'),
    misbehaving('fail', 20, 'sandbox-fail'),
    misbehaving('flaky', 30, 'sandbox-flaky'),
    misbehaving('blocked', 40, 'sandbox-blocked'),
    misbehaving('fallback', 50, 'sandbox-missing', 'sandbox-1'),
  ],
};
