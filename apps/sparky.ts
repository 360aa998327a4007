/** Sparky: changes to a portrait (hair, filters) and a reading of a face, one credit each. */
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';

/** The brief's models are Gemini's; until that provider exists, every tool runs on the sandbox. */
const providers: Tool['providers'] = [{ provider: 'sandbox', models: ['sandbox-1'] }];

const onePhoto = { images: { min: 1, max: 1 } };
const oneCredit = { kind: 'fixed', credits: 1 } as const;
const hexColour = { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' };

const plain = { pro: false, price: null, limits: { jobs_per_hour: null, concurrent_jobs: null } };

export const sparky: AppDefinition = {
  id: 'sparky',
  name: 'Sparky',
  issuers: [
    {
      algorithm: 'ES256',
      issuer: 'https://sparky.supabase.co/auth/v1',
      audience: 'authenticated',
      jwks_url: 'https://sparky.supabase.co/auth/v1/.well-known/jwks.json',
    },
  ],
  zone: 'Africa/Cairo',
  origins: ['https://sparky.example'],
  welcome_credits: 10,
  default_plan: 'free',
  plans: [
    { id: 'free', name: 'Free', monthly_credits: 0, max_rollover: 0, daily_credits: 0, daily_cap: 10, ...plain },
    { id: 'plus', name: 'Plus', monthly_credits: 150, max_rollover: 50, daily_credits: 0, daily_cap: 30, ...plain },
    { id: 'pro', name: 'Pro', monthly_credits: 600, max_rollover: 200, daily_credits: 0, daily_cap: 100, ...plain },
  ],
  allowances: [],
  options: {},
  locales: ['en'],
  texts: {
    en: {
      'tools.hairstyle_changer.name': 'tools.hairstyle_changer.name',
      'tools.hairstyle_changer.description': 'tools.hairstyle_changer.description',
      'tools.hair_color_changer.name': 'tools.hair_color_changer.name',
      'tools.hair_color_changer.description': 'tools.hair_color_changer.description',
      'tools.photo_filter.name': 'tools.photo_filter.name',
      'tools.photo_filter.description': 'tools.photo_filter.description',
      'tools.face_analysis.name': 'tools.face_analysis.name',
      'tools.face_analysis.description': 'tools.face_analysis.description',
    },
  },
  packs: [
    {
      id: 'pack-20',
      name: '20 credits',
      credits: 20,
      bonus_credits: 0,
      price: { amount_minor: 9_900, currency: 'EGP' },
    },
    {
      id: 'pack-100',
      name: '100 credits',
      credits: 100,
      bonus_credits: 10,
      price: { amount_minor: 44_900, currency: 'EGP' },
    },
  ],
  tools: [
    {
      id: 'hairstyle-changer',
      type: 'TRANSFORMATION',
      name_key: 'tools.hairstyle_changer.name',
      description_key: 'tools.hairstyle_changer.description',
      icon_name: 'ScissorsIcon',
      active: true,
      sort_order: 10,
      input: onePhoto,
      output: 'image',
      params: {
        type: 'object',
        additionalProperties: false,
        properties: {
          hairstyle: {
            type: 'string',
            enum: ['bob', 'buzz-cut', 'curly', 'fade', 'layers', 'long-waves', 'pixie', 'ponytail'],
          },
          colour: hexColour,
        },
        required: ['hairstyle'],
      },
      cost: oneCredit,
      providers,
      option_params: {},
      cache_seconds: 0,
      deadline_seconds: 300,
    },
    {
      id: 'hair-color-changer',
      type: 'TRANSFORMATION',
      name_key: 'tools.hair_color_changer.name',
      description_key: 'tools.hair_color_changer.description',
      icon_name: 'PaintBrushIcon',
      active: true,
      sort_order: 20,
      input: onePhoto,
      output: 'image',
      params: {
        type: 'object',
        additionalProperties: false,
        properties: { colour: hexColour },
        required: ['colour'],
      },
      cost: oneCredit,
      providers,
      option_params: {},
      cache_seconds: 0,
      deadline_seconds: 300,
    },
    {
      id: 'photo-filter',
      type: 'FILTER',
      name_key: 'tools.photo_filter.name',
      description_key: 'tools.photo_filter.description',
      icon_name: 'SparklesIcon',
      active: true,
      sort_order: 30,
      input: onePhoto,
      output: 'image',
      params: {
        type: 'object',
        additionalProperties: false,
        properties: {
          filter: { type: 'string', enum: ['black-and-white', 'sepia', 'vivid', 'soft'] },
          intensity: { type: 'integer', minimum: 1, maximum: 100 },
        },
        required: ['filter'],
      },
      cost: oneCredit,
      providers,
      option_params: {},
      cache_seconds: 0,
      deadline_seconds: 300,
    },
    {
      id: 'face-analysis',
      type: 'ANALYSIS',
      name_key: 'tools.face_analysis.name',
      description_key: 'tools.face_analysis.description',
      icon_name: 'FaceSmileIcon',
      active: true,
      sort_order: 40,
      input: onePhoto,
      output: 'json',
      params: {
        type: 'object',
        additionalProperties: false,
        properties: { focus: { type: 'string', enum: ['face-shape', 'skin-tone', 'symmetry'] } },
      },
      cost: oneCredit,
      providers,
      option_params: {},
      cache_seconds: 0,
      deadline_seconds: 300,
    },
  ],
};
