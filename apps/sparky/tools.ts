/** Sparky's tools: one portrait in, a changed one or a reading of it out, each for one credit. */
import type { Tool } from '#services/catalog/contracts.ts';
import { choice, fixed, images, params, toolList } from '../build.ts';

/** A model that is missing or has no room left is followed by the next. */
const drawing: Tool['providers'] = [
  { provider: 'gemini', models: ['gemini-2.5-flash-image', 'gemini-3.1-flash-image'] },
];
const reading: Tool['providers'] = [{ provider: 'gemini', models: ['gemini-3.5-flash', 'gemini-3.1-flash-lite'] }];

const colour = { type: 'string', pattern: '^#[0-9a-f]{6}$' };

/** Alike for all: a result is kept for a day, and the same request does not pay again within it. */
const onPortrait = (id: string) => ({
  id,
  cover_image_url: `https://sparky.example/catalog/tools/${id}.webp`,
  input: images(1),
  cost: fixed(1),
  cache_seconds: 86_400,
});

export const tools = toolList([
  {
    ...onPortrait('hairstyle-changer'),
    type: 'TRANSFORMATION',
    icon_name: 'ScissorsIcon',
    output: 'image',
    params: params({ hairstyle: choice, colour }, ['hairstyle']),
    option_params: { hairstyle: 'hairstyle', colour: 'hair-color' },
    providers: drawing,
  },
  {
    ...onPortrait('hair-color-changer'),
    type: 'TRANSFORMATION',
    icon_name: 'PaintBrushIcon',
    output: 'image',
    params: params({ colour }, ['colour']),
    option_params: { colour: 'hair-color' },
    providers: drawing,
  },
  {
    ...onPortrait('photo-filter'),
    type: 'FILTER',
    icon_name: 'SparklesIcon',
    output: 'image',
    params: params(
      {
        filter: { type: 'string', enum: ['black-and-white', 'sepia', 'vivid', 'soft'] },
        intensity: { type: 'integer', minimum: 1, maximum: 100 },
      },
      ['filter'],
    ),
    providers: drawing,
  },
  {
    ...onPortrait('face-analysis'),
    type: 'ANALYSIS',
    icon_name: 'FaceSmileIcon',
    output: 'json',
    params: params({ focus: { type: 'string', enum: ['face-shape', 'skin-tone', 'symmetry'] } }),
    providers: reading,
  },
  {
    ...onPortrait('skin-color-changer'),
    type: 'TRANSFORMATION',
    icon_name: 'SwatchIcon',
    output: 'image',
    params: params({ colour }, ['colour']),
    option_params: { colour: 'skin-color' },
    providers: drawing,
  },
]);
