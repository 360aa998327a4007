/** Sparky's tools: one portrait in, a changed one or a reading of it out, each for one credit. */
import type { Tool } from '#services/catalog/contracts.ts';
import { choice, fixed, images, lines, params, result, toolList } from '../build.ts';
import { options } from './options.ts';

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

const samePerson =
  'It stays the same person: keep the face, its features and expression, the pose, the clothes, the background, the light and the framing as they are.';
const likeAPhoto = 'The result looks like a photo that was taken so. One picture, no text, no frame, no collage.';

const hairstyleInstruction = lines(
  'Change only the hair of the person in this photo.',
  'The new haircut: {hairstyle}.',
  'The new colour: {colour}.',
  'Unless a new colour is named, the hair keeps its own.',
  samePerson,
  'The hair falls naturally around the head, with a hairline, strands and shadows that fit.',
  likeAPhoto,
);
const hairColourInstruction = lines(
  'Change only the colour of the hair of the person in this photo.',
  'The new colour: {colour}.',
  'Cut, length, texture and volume of the hair stay, with roots, highlights and shadows as dyed hair has them. Eyebrows stay.',
  samePerson,
  likeAPhoto,
);
const skinInstruction = lines(
  'Change only the skin tone of the person in this photo, evenly on all skin that shows.',
  'The new tone: {colour}.',
  'Texture, shading, lips, eyes and hair stay, and so do the features of the face.',
  samePerson,
  likeAPhoto,
);
const filterInstruction = lines(
  'Give this photo another look and change nothing that it shows.',
  'The look: {filter}.',
  'Its strength: {intensity} of 100.',
  'People, things, framing and size stay as they are.',
  likeAPhoto,
);
const analysisInstruction = lines(
  'Read the face in this photo for advice on hair and colours. Speak of looks alone: never of who it is, of health, age, origin or character.',
  'Look above all at: {focus}.',
  'symmetry: 0 to 1, where 1 is wholly even. skin_tone_hex: the average colour of the skin in even light, as #rrggbb in lower case.',
  'recommended_hairstyles: the three of the list that suit the face best, best first. recommended_colors: two to four names of hair colours.',
  'summary and advice: two or three friendly sentences each, for the person in the photo.',
  'Without a face in the photo: face_found is false, and the rest is your best guess.',
);

const sentence = { type: 'string', maxLength: 1_000 };
const analysisResult = result({
  face_found: { type: 'boolean' },
  face_shape: { type: 'string', enum: ['oval', 'round', 'square', 'heart', 'oblong', 'diamond'] },
  skin_tone: { type: 'string', enum: ['very-light', 'light', 'medium', 'olive', 'tan', 'brown', 'deep'] },
  skin_tone_hex: { type: 'string', description: 'as #rrggbb' },
  undertone: { type: 'string', enum: ['cool', 'neutral', 'warm'] },
  symmetry: { type: 'number', minimum: 0, maximum: 1 },
  recommended_hairstyles: {
    type: 'array',
    minItems: 1,
    maxItems: 3,
    items: { type: 'string', enum: options.hairstyle.map(({ id }) => id) },
  },
  recommended_colors: { type: 'array', minItems: 1, maxItems: 4, items: { type: 'string', maxLength: 60 } },
  summary: sentence,
  advice: sentence,
});

export const tools = toolList([
  {
    ...onPortrait('hairstyle-changer'),
    type: 'TRANSFORMATION',
    icon_name: 'ScissorsIcon',
    output: 'image',
    params: params({ hairstyle: choice, colour }, ['hairstyle']),
    option_params: { hairstyle: 'hairstyle', colour: 'hair-color' },
    instruction: hairstyleInstruction,
    providers: drawing,
  },
  {
    ...onPortrait('hair-color-changer'),
    type: 'TRANSFORMATION',
    icon_name: 'PaintBrushIcon',
    output: 'image',
    params: params({ colour }, ['colour']),
    option_params: { colour: 'hair-color' },
    instruction: hairColourInstruction,
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
    instruction: filterInstruction,
    providers: drawing,
  },
  {
    ...onPortrait('face-analysis'),
    type: 'ANALYSIS',
    icon_name: 'FaceSmileIcon',
    output: 'json',
    params: params({ focus: { type: 'string', enum: ['face-shape', 'skin-tone', 'symmetry'] } }),
    instruction: analysisInstruction,
    result_schema: analysisResult,
    providers: reading,
  },
  {
    ...onPortrait('skin-color-changer'),
    type: 'TRANSFORMATION',
    icon_name: 'SwatchIcon',
    output: 'image',
    params: params({ colour }, ['colour']),
    option_params: { colour: 'skin-color' },
    instruction: skinInstruction,
    providers: drawing,
  },
]);
