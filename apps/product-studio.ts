/** Product studio: a photo of a product becomes a shot with a model, a pose and a scene; the generation type sets the price. */
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';

/** The brief's providers (Replicate, fal, own GPU workers) come later; until then every tool runs on the sandbox. */
const providers: Tool['providers'] = [{ provider: 'sandbox', models: ['sandbox-1'] }];

const prompt = { type: 'string', minLength: 1, maxLength: 2_000 };

const plain = { pro: false, price: null, limits: { jobs_per_hour: null, concurrent_jobs: null } };

export const productStudio: AppDefinition = {
  id: 'product-studio',
  name: 'Product Studio',
  issuers: [
    {
      algorithm: 'ES256',
      issuer: 'https://product-studio.supabase.co/auth/v1',
      audience: 'authenticated',
      jwks_url: 'https://product-studio.supabase.co/auth/v1/.well-known/jwks.json',
    },
  ],
  zone: 'UTC',
  origins: ['https://product-studio.example'],
  welcome_credits: 10,
  default_plan: 'pay-as-you-go',
  plans: [
    {
      id: 'pay-as-you-go',
      name: 'Pay as you go',
      monthly_credits: 0,
      max_rollover: 0,
      daily_credits: 0,
      daily_cap: null,
      ...plain,
    },
  ],
  allowances: [],
  options: {},
  locales: ['en'],
  texts: {
    en: {
      'tools.product_photo.name': 'tools.product_photo.name',
      'tools.product_photo.description': 'tools.product_photo.description',
      'tools.background_swap.name': 'tools.background_swap.name',
      'tools.background_swap.description': 'tools.background_swap.description',
    },
  },
  packs: [
    {
      id: 'starter',
      name: 'Starter',
      credits: 50,
      bonus_credits: 0,
      price: { amount_minor: 900, currency: 'USD' },
    },
    {
      id: 'studio',
      name: 'Studio',
      credits: 200,
      bonus_credits: 20,
      price: { amount_minor: 2_900, currency: 'USD' },
    },
    {
      id: 'agency',
      name: 'Agency',
      credits: 1_000,
      bonus_credits: 150,
      price: { amount_minor: 11_900, currency: 'USD' },
    },
  ],
  tools: [
    {
      id: 'product-photo',
      type: 'GENERATION',
      name_key: 'tools.product_photo.name',
      description_key: 'tools.product_photo.description',
      icon_name: 'CameraIcon',
      active: true,
      sort_order: 10,
      input: { images: { min: 1, max: 4 } },
      output: 'image',
      params: {
        type: 'object',
        additionalProperties: false,
        properties: {
          prompt,
          generation_type: { type: 'string', enum: ['standard', 'high-resolution', 'campaign'] },
          model_preset: {
            type: 'string',
            enum: ['none', 'fashion_model_v1', 'fashion_model_v2', 'hand_model_v1'],
          },
          pose_preset: { type: 'string', enum: ['standing', 'sitting', 'walking', 'close-up'] },
          scene_preset: { type: 'string', enum: ['studio', 'street', 'beach', 'home', 'marble-table'] },
        },
        required: ['generation_type', 'scene_preset'],
      },
      cost: {
        kind: 'by-parameter',
        parameter: 'generation_type',
        credits: { standard: 1, 'high-resolution': 2, campaign: 4 },
      },
      providers,
      option_params: {},
      cache_seconds: 0,
      deadline_seconds: 300,
    },
    {
      id: 'background-swap',
      type: 'TRANSFORMATION',
      name_key: 'tools.background_swap.name',
      description_key: 'tools.background_swap.description',
      icon_name: 'SwatchIcon',
      active: true,
      sort_order: 20,
      input: { images: { min: 1, max: 1 } },
      output: 'image',
      params: {
        type: 'object',
        additionalProperties: false,
        properties: {
          scene_preset: { type: 'string', enum: ['studio', 'street', 'beach', 'home', 'marble-table'] },
        },
        required: ['scene_preset'],
      },
      cost: { kind: 'fixed', credits: 1 },
      providers,
      option_params: {},
      cache_seconds: 0,
      deadline_seconds: 300,
    },
  ],
};
