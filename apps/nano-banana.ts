/** Nano Banana: a prompt, and a picture to go by, become a picture. Users sign in with Clerk, and with Supabase as before. */
import type { AppDefinition } from '#services/catalog/contracts.ts';
import { billingUrls, fixed, images, monthly, params, plan, text, toolList, toolTexts } from './build.ts';
import { english } from './notification-texts.ts';

const origin = 'https://nano-banana.example';

export const nanoBanana: AppDefinition = {
  id: 'nano-banana',
  name: 'Nano Banana',
  issuers: [
    {
      algorithm: 'RS256',
      issuer: 'https://clerk.nano-banana.example',
      authorized_parties: [origin],
      jwks_url: 'https://clerk.nano-banana.example/.well-known/jwks.json',
    },
    {
      algorithm: 'HS256',
      issuer: 'https://nano-banana.supabase.co/auth/v1',
      audience: 'authenticated',
      secret_name: 'tessera/nano-banana/jwt',
    },
  ],
  zone: 'UTC',
  origins: [origin],
  urls: billingUrls(origin),
  welcome_credits: 5,
  default_plan: 'free',
  plans: [
    plan({ id: 'free', name: 'Free', limits: { jobs_per_hour: 20, concurrent_jobs: 2 } }),
    plan({
      id: 'pro',
      name: 'Pro',
      monthly_credits: 100,
      max_rollover: 50,
      pro: true,
      price: monthly(999, 'USD'),
      limits: { jobs_per_hour: 100, concurrent_jobs: 8 },
    }),
  ],
  allowances: [],
  packs: [],
  tools: toolList([
    {
      id: 'image-generation',
      type: 'GENERATION',
      icon_name: 'PhotoIcon',
      input: images(0, 1),
      output: 'image',
      params: params(
        {
          prompt: text(8_000),
          aspect_ratio: { type: 'string', enum: ['1:1', '3:4', '4:3', '9:16', '16:9'] },
        },
        ['prompt'],
      ),
      cost: fixed(1),
      // The picture to go by and the aspect ratio are told beside it.
      instruction: '{prompt}',
      // The next one when a model answers 404 or 429.
      providers: [
        {
          provider: 'gemini',
          models: ['gemini-2.5-flash-image', 'gemini-3.1-flash-image', 'gemini-3-pro-image'],
        },
      ],
    },
  ]),
  options: {},
  locales: ['en'],
  texts: {
    en: {
      ...english,
      ...toolTexts({
        'image-generation': ['Image', 'A picture of what you describe, after a picture of yours if you like.'],
      }),
    },
  },
};
