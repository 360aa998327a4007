/** Product Studio: a photo of a product becomes a shot, or a clip, with a model, a pose and a scene; the generation type sets the price. */
import type { AppDefinition, Tool } from '#services/catalog/contracts.ts';
import {
  billingUrls,
  choice,
  fixed,
  images,
  lines,
  packs,
  params,
  plan,
  supabaseIssuer,
  text,
  toolList,
  toolTexts,
} from './build.ts';
import { english } from './notification-texts.ts';
import { options, presetNames } from './product-studio/presets.ts';

const origin = 'https://product-studio.example';

/** Several pictures in, at the size that the generation type pays for; what one provider does not answer the other does. */
const composing: Tool['providers'] = [
  {
    provider: 'replicate',
    models: ['google/nano-banana-pro'],
    input: { image_input: '{images}', resolution: '{generation_type}', output_format: 'jpg' },
  },
  {
    provider: 'fal',
    models: ['fal-ai/nano-banana-pro/edit'],
    input: { image_urls: '{images}', resolution: '{generation_type}', output_format: 'jpeg', num_images: 1 },
  },
];
/** One picture in. */
const editing: Tool['providers'] = [
  {
    provider: 'replicate',
    models: ['black-forest-labs/flux-kontext-pro', 'black-forest-labs/flux-kontext-max'],
    input: { input_image: '{image}', aspect_ratio: 'match_input_image' },
  },
  { provider: 'fal', models: ['fal-ai/flux-pro/kontext'], input: { image_url: '{image}', output_format: 'jpeg' } },
];
/** Kling on Replicate wants the seconds as a number, which a text with a placeholder cannot be. */
const filming: Tool['providers'] = [
  {
    provider: 'fal',
    models: [
      'fal-ai/kling-video/v2.5-turbo/pro/image-to-video',
      'fal-ai/kling-video/v2.5-turbo/standard/image-to-video',
    ],
    input: {
      image_url: '{image}',
      duration: '{generation_type}',
      negative_prompt: 'blur, distortion, changed product, changed text, watermark',
    },
  },
];

const asItIs =
  'Keep the product exactly as it is: its shape, proportions, colours, material, label and every word on it. Add no part to it and leave none out.';
const photoInstruction = lines(
  'Make one photograph of the product in the given picture, as a photographer would for a shop. Several pictures show the same product.',
  asItIs,
  'Who shows it: {model_preset}.',
  'How it is shown: {pose_preset}.',
  'Where: {scene_preset}.',
  'The seller wishes besides: {prompt}',
  'Light, shadows and reflections are those of the place. No text, logo, frame or watermark is added.',
);
const backgroundInstruction = lines(
  'Put the product of this picture in front of another background: {scene_preset}.',
  asItIs,
  'Keep its place, size and angle in the picture. Fit light, shadow and reflections to the new background.',
);
const clipInstruction = lines(
  'A calm product film that begins with the given picture: the camera moves slowly and steadily, and the product stays in focus.',
  'The product does not change its shape, colours, label or the words on it.',
  'Who shows it: {model_preset}.',
  'How it is shown: {pose_preset}.',
  'Where: {scene_preset}.',
  'The seller wishes besides: {prompt}',
);

const prompt = text(2_000);
const presets = { model_preset: 'model-preset', pose_preset: 'pose-preset', scene_preset: 'scene-preset' };
const chosen = { model_preset: choice, pose_preset: choice, scene_preset: choice };

export const productStudio: AppDefinition = {
  id: 'product-studio',
  name: 'Product Studio',
  issuers: [supabaseIssuer('product-studio')],
  zone: 'UTC',
  origins: [origin],
  urls: billingUrls(origin),
  welcome_credits: 10,
  default_plan: 'pay-as-you-go',
  plans: [plan({ id: 'pay-as-you-go', name: 'Pay as you go', limits: { jobs_per_hour: 10, concurrent_jobs: null } })],
  allowances: [],
  packs: packs('USD', [
    ['starter', 'Starter', 50, 0, 900],
    ['studio', 'Studio', 200, 20, 2_900],
    ['agency', 'Agency', 1_000, 150, 11_900],
  ]),
  tools: toolList([
    {
      id: 'product-photo',
      type: 'GENERATION',
      icon_name: 'CameraIcon',
      input: images(1, 4),
      output: 'image',
      params: params(
        {
          prompt,
          generation_type: { type: 'string', enum: ['standard', 'high-resolution', 'campaign'] },
          ...chosen,
        },
        ['generation_type', 'scene_preset'],
      ),
      option_params: { ...presets, generation_type: 'photo-size' },
      instruction: photoInstruction,
      cost: {
        kind: 'by-parameter',
        parameter: 'generation_type',
        credits: { standard: 1, 'high-resolution': 2, campaign: 4 },
      },
      providers: composing,
    },
    {
      id: 'background-swap',
      type: 'TRANSFORMATION',
      icon_name: 'SwatchIcon',
      input: images(1),
      output: 'image',
      params: params({ scene_preset: choice }, ['scene_preset']),
      option_params: { scene_preset: 'scene-preset' },
      cost: fixed(1),
      instruction: backgroundInstruction,
      providers: editing,
    },
    {
      id: 'product-video',
      type: 'GENERATION',
      icon_name: 'FilmIcon',
      input: images(1),
      output: 'video',
      params: params({ prompt, generation_type: { type: 'string', enum: ['video', 'long-video'] }, ...chosen }, [
        'generation_type',
        'scene_preset',
      ]),
      option_params: { ...presets, generation_type: 'clip-length' },
      instruction: clipInstruction,
      cost: { kind: 'by-parameter', parameter: 'generation_type', credits: { video: 10, 'long-video': 18 } },
      providers: filming,
      deadline_seconds: 900,
    },
  ]),
  options,
  locales: ['en'],
  texts: {
    en: {
      ...english,
      ...toolTexts({
        'product-photo': ['Product photo', 'A shot of your product with a model, a pose and a scene of your choice.'],
        'background-swap': ['Background swap', 'The same photo of your product in another place.'],
        'product-video': [
          'Product video',
          'A clip of five or ten seconds that brings a photo of your product to life.',
        ],
      }),
      ...presetNames,
    },
  },
};
