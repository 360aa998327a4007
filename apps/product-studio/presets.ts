/** Product Studio's presets: who shows the product, how, where, and how large or long. Their prompts are what providers are told. */
import { names, optionList } from '../build.ts';

type Row = readonly [id: string, name: string, prompt: string];

const models: readonly Row[] = [
  ['none', 'No model', 'the product alone, no person in the picture'],
  ['fashion_model_v1', 'Fashion model 1', 'worn or held by a female fashion model with a neutral expression'],
  ['fashion_model_v2', 'Fashion model 2', 'worn or held by a male fashion model with a neutral expression'],
  ['hand_model_v1', 'Hand model', 'held by one well-kept hand, no face in the picture'],
];

const poses: readonly Row[] = [
  ['standing', 'Standing', 'standing upright, facing the camera'],
  ['sitting', 'Sitting', 'sitting relaxed, the product in plain view'],
  ['walking', 'Walking', 'walking towards the camera, caught in motion'],
  ['close-up', 'Close-up', 'a close-up that fills the frame with the product'],
];

const scenes: readonly Row[] = [
  ['studio', 'Studio', 'a seamless light-grey studio background with softbox light'],
  ['white', 'Plain white', 'a pure white background as marketplaces ask for'],
  ['street', 'Street', 'a city street by day, softly out of focus'],
  ['beach', 'Beach', 'a sunny beach with the sea behind'],
  ['home', 'Home', 'a bright living room with wood and plants'],
  ['marble-table', 'Marble table', 'a white marble table with soft window light'],
];

/** As today's models name the sizes: about 1, 4 and 16 megapixels. */
const sizes: readonly Row[] = [
  ['standard', 'Standard', '1K'],
  ['high-resolution', 'High resolution', '2K'],
  ['campaign', 'Campaign', '4K'],
];

/** In seconds. */
const lengths: readonly Row[] = [
  ['video', 'Clip', '5'],
  ['long-video', 'Long clip', '10'],
];

const presets = (group: string, rows: readonly Row[]) =>
  optionList(
    group,
    rows.map(([id, , prompt]) => ({ id, prompt })),
  );

const namesOf = (group: string, rows: readonly Row[]) =>
  names(group, Object.fromEntries(rows.map(([id, name]) => [id, name])));

export const options = {
  'model-preset': presets('model_presets', models),
  'pose-preset': presets('pose_presets', poses),
  'scene-preset': presets('scene_presets', scenes),
  'photo-size': presets('photo_sizes', sizes),
  'clip-length': presets('clip_lengths', lengths),
};

export const presetNames = {
  ...namesOf('model_presets', models),
  ...namesOf('pose_presets', poses),
  ...namesOf('scene_presets', scenes),
  ...namesOf('photo_sizes', sizes),
  ...namesOf('clip_lengths', lengths),
};
