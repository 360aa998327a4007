/** Flirt Studio: reads a chat, or a picture of one, and suggests replies; credits come anew each day, tier by tier. */
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';
import {
  billingUrls,
  fixed,
  images,
  monthly,
  packs,
  params,
  plan,
  supabaseIssuer,
  text,
  toolList,
  toolTexts,
} from './build.ts';

const origin = 'https://flirt-studio.example';

/** Reads text and pictures alike. */
const providers: Tool['providers'] = [
  { provider: 'openai', models: ['gpt-5.4-mini', 'gpt-5-mini'] },
  { provider: 'gemini', models: ['gemini-3.5-flash'] },
];

const tone = { type: 'string', enum: ['playful', 'confident', 'sincere', 'witty'] };
const question = text(500);

export const flirtStudio: AppDefinition = {
  id: 'flirt-studio',
  name: 'AI Flirt Studio',
  issuers: [supabaseIssuer('flirt-studio')],
  zone: 'UTC',
  origins: [origin],
  urls: billingUrls(origin),
  welcome_credits: 50,
  default_plan: 'pro',
  plans: [
    plan({ id: 'pro', name: 'Pro', daily_credits: 50, limits: { jobs_per_hour: 60, concurrent_jobs: 2 } }),
    plan({
      id: 'premium',
      name: 'Premium',
      daily_credits: 200,
      pro: true,
      price: monthly(999, 'USD'),
      limits: { jobs_per_hour: 120, concurrent_jobs: 4 },
    }),
    plan({
      id: 'ultimate',
      name: 'Ultimate',
      daily_credits: 500,
      pro: true,
      price: monthly(1_999, 'USD'),
      limits: { jobs_per_hour: 300, concurrent_jobs: 8 },
    }),
  ],
  allowances: [],
  packs: packs('USD', [
    ['quick', 'Quick top-up', 50, 0, 199],
    ['small', 'Small', 200, 10, 499],
    ['medium', 'Medium', 600, 60, 999],
    ['large', 'Large', 1_500, 300, 1_999],
  ]),
  tools: toolList([
    {
      id: 'short-chat',
      type: 'ANALYSIS',
      icon_name: 'ChatBubbleIcon',
      output: 'json',
      params: params({ conversation: text(2_000), tone, question }, ['conversation']),
      cost: fixed(5),
      providers,
    },
    {
      id: 'long-chat',
      type: 'ANALYSIS',
      icon_name: 'ChatBubblesIcon',
      output: 'json',
      params: params({ conversation: text(12_000), tone, question }, ['conversation']),
      cost: fixed(20),
      providers,
    },
    {
      id: 'image-analysis',
      type: 'ANALYSIS',
      icon_name: 'PhotoIcon',
      input: images(1),
      output: 'json',
      params: params({ tone, question }),
      cost: fixed(50),
      providers,
    },
  ]),
  options: {},
  locales: ['en'],
  texts: {
    en: toolTexts({
      'short-chat': ['Short chat', 'What the last messages say, and replies to choose from.'],
      'long-chat': ['Long chat', 'A whole conversation read: its mood, its turns, and what to say next.'],
      'image-analysis': [
        'Screenshot or photo',
        'A screenshot of a chat or a profile picture read, with replies to it.',
      ],
    }),
  },
};
