/** What the five briefs ask of their definitions, row by row of the list of features. */
import { describe, expect, test } from '@jest/globals';
import { type AppDefinition, costOf, type Tool } from '#services/catalog/contracts.ts';
import { babyMusic } from './baby-music.ts';
import { flirtStudio } from './flirt-studio.ts';
import { nanoBanana } from './nano-banana.ts';
import { productStudio } from './product-studio.ts';
import { sparky } from './sparky.ts';

const toolOf = ({ tools }: AppDefinition, id: string): Tool => {
  const tool = tools.find((one) => one.id === id);
  if (!tool) throw new Error(`there is no tool ${id}`);
  return tool;
};
const planOf = ({ plans }: AppDefinition, id: string) => plans.find((plan) => plan.id === id);
const defaultPlanOf = (definition: AppDefinition) => planOf(definition, definition.default_plan);
const idsOf = (list: readonly { readonly id: string }[] = []) => list.map(({ id }) => id);

describe('Baby Music', () => {
  test('BM3 lyrics are text by theme, mood and preset type', () => {
    const lyrics = toolOf(babyMusic, 'lyric-generation');
    expect(lyrics.output).toBe('text');
    expect(Object.keys(lyrics.params.properties as object)).toEqual(['theme', 'mood', 'preset_type']);
    expect(lyrics.option_params).toEqual({ mood: 'mood', preset_type: 'lyric-preset' });
  });
  test('BM6 songs are audio by PiAPI, with time for a slow provider', () => {
    const song = toolOf(babyMusic, 'song-generation');
    expect(song.output).toBe('audio');
    expect(song.providers.map(({ provider, models }) => [provider, ...models])).toEqual([
      ['piapi', 'music-u'],
      ['piapi', 'Qubico/ace-step'],
    ]);
    expect(song.deadline_seconds).toBeGreaterThanOrEqual(900);
  });
  test('BM9 free users have three songs a month, and the credits for them; premium users are not counted', () => {
    const [allowance, ...others] = babyMusic.allowances;
    expect(allowance).toEqual({ tool: 'song-generation', limit: 3, period: 'month', plans: ['free'] });
    expect(others).toEqual([]);
    const song = costOf(toolOf(babyMusic, 'song-generation'), {}) ?? 0;
    expect(defaultPlanOf(babyMusic)?.monthly_credits).toBeGreaterThanOrEqual(3 * song);
    expect(defaultPlanOf(babyMusic)?.monthly_credits).toBeLessThan(5 * song);
  });
  test('BM10 premium is for sale by the month, and users come back to the app', () => {
    expect(planOf(babyMusic, 'premium')).toMatchObject({ pro: true, price: { interval: 'month', currency: 'USD' } });
    expect(babyMusic.urls?.checkout_success).toMatch(/^https:\/\/baby-music\.example\//);
  });
});

describe('Sparky', () => {
  test('SP1 plans with monthly credits and a daily cap', () => {
    expect(sparky.plans.map(({ id, monthly_credits, daily_cap }) => [id, monthly_credits, daily_cap])).toEqual([
      ['free', 0, 10],
      ['plus', 150, 30],
      ['pro', 600, 100],
    ]);
  });
  test('SP2 an account begins with 10 credits on the free plan', () => {
    expect([sparky.welcome_credits, sparky.default_plan]).toEqual([10, 'free']);
  });
  test('SP7 tools have keys, type, icon, cover, order; each is active and costs one credit', () => {
    expect(sparky.tools.map(({ id, type, icon_name, sort_order }) => [id, type, icon_name, sort_order])).toEqual([
      ['hairstyle-changer', 'TRANSFORMATION', 'ScissorsIcon', 10],
      ['hair-color-changer', 'TRANSFORMATION', 'PaintBrushIcon', 20],
      ['photo-filter', 'FILTER', 'SparklesIcon', 30],
      ['face-analysis', 'ANALYSIS', 'FaceSmileIcon', 40],
      ['skin-color-changer', 'TRANSFORMATION', 'SwatchIcon', 50],
    ]);
    for (const tool of sparky.tools) {
      expect(tool).toMatchObject({ active: true, cost: { kind: 'fixed', credits: 1 } });
      expect(tool.cover_image_url).toContain(tool.id);
    }
  });
  test('SP7 every text is there in Arabic as well', () => {
    expect(sparky.locales).toEqual(['en', 'ar']);
    for (const value of Object.values(sparky.texts.ar ?? {})) expect(value).toMatch(/\p{Script=Arabic}/u);
  });
  test('SP8 hairstyles have a gender, a category and a picture; some are for pro users', () => {
    const styles = sparky.options.hairstyle ?? [];
    for (const style of styles) {
      expect(['male', 'female']).toContain(style.gender);
      expect(style.category).toBeTruthy();
      expect(style.image_url).toContain(style.id);
    }
    expect(idsOf(styles.filter(({ pro }) => pro))).toContain('box-braids');
    expect(styles.filter(({ pro }) => !pro).length).toBeGreaterThan(styles.length / 2);
  });
  test.each(['hair-color', 'skin-color'])('SP8 %s is named by its hex code', (kind) => {
    const colours = sparky.options[kind] ?? [];
    expect(colours.length).toBeGreaterThanOrEqual(8);
    for (const { id, hex } of colours) expect(hex).toBe(id);
  });
  test('SP9 SP12 results are kept for 24 hours, readings of faces alike', () => {
    for (const { cache_seconds } of sparky.tools) expect(cache_seconds).toBe(86_400);
    expect(toolOf(sparky, 'face-analysis').output).toBe('json');
  });
  test('SP11 pictures and readings are by Gemini', () => {
    for (const { providers } of sparky.tools) expect(providers.map(({ provider }) => provider)).toEqual(['gemini']);
  });
  test('SP13 packs are in Egyptian piastres, for Paymob', () => {
    for (const { price } of sparky.packs) expect(price.currency).toBe('EGP');
  });
  test('SP15 some options are for pro plans, and a plan opens them', () => {
    expect(idsOf(sparky.plans.filter(({ pro }) => pro))).toEqual(['pro']);
  });
});

describe('Product Studio', () => {
  test('PP1 sign-up gives 10 credits', () => {
    expect(productStudio.welcome_credits).toBe(10);
  });
  test('PP8 packs are in US cents', () => {
    expect(productStudio.packs.map(({ price }) => price.currency)).toEqual(['USD', 'USD', 'USD']);
  });
  test('PP11 ten jobs an hour', () => {
    for (const { limits } of productStudio.plans) expect(limits.jobs_per_hour).toBe(10);
  });
  test("PP14 presets for model, pose and scene: the brief's own are among them, and providers are told more than an id", () => {
    expect(idsOf(productStudio.options['model-preset'])).toContain('fashion_model_v1');
    expect(idsOf(productStudio.options['pose-preset'])).toContain('standing');
    expect(idsOf(productStudio.options['scene-preset'])).toContain('studio');
    for (const kind of ['model-preset', 'pose-preset', 'scene-preset'])
      for (const { prompt } of productStudio.options[kind] ?? []) expect(prompt?.length).toBeGreaterThan(20);
    expect(Object.keys(toolOf(productStudio, 'product-photo').option_params)).toEqual([
      'model_preset',
      'pose_preset',
      'scene_preset',
      'generation_type',
    ]);
  });
  test.each([
    ['product-photo', 'standard', 1],
    ['product-photo', 'high-resolution', 2],
    ['product-photo', 'campaign', 4],
    ['product-video', 'video', 10],
    ['product-video', 'long-video', 18],
  ])('PP14 %s, generation type %s: %i credits', (tool, generation_type, credits) => {
    expect(costOf(toolOf(productStudio, tool), { generation_type })).toBe(credits);
  });
  test('PP15 clips are video', () => {
    expect(toolOf(productStudio, 'product-video').output).toBe('video');
  });
  test('PP16 photos by Replicate, then fal; clips by fal', () => {
    expect(productStudio.tools.map(({ providers }) => providers.map(({ provider }) => provider))).toEqual([
      ['replicate', 'fal'],
      ['replicate', 'fal'],
      ['fal'],
    ]);
  });
});

describe('Nano Banana', () => {
  test('NB1 Clerk’s sessions by RS256 and parties, Supabase’s by the legacy secret', () => {
    expect(nanoBanana.issuers).toEqual([
      expect.objectContaining({ algorithm: 'RS256', authorized_parties: nanoBanana.origins }),
      expect.objectContaining({ algorithm: 'HS256', secret_name: 'tessera/nano-banana/jwt' }),
    ]);
  });
  test('NB2 a new user has 5 credits', () => {
    expect(nanoBanana.welcome_credits).toBe(5);
  });
  test('NB4 the prompt takes whatever a saved prompt can hold', () => {
    const { properties } = toolOf(nanoBanana, 'image-generation').params;
    expect(properties).toMatchObject({ prompt: { type: 'string', maxLength: 8_000 } });
  });
  test('NB5 a prompt, with a picture or without, by Gemini; the next model when one is not there', () => {
    const tool = toolOf(nanoBanana, 'image-generation');
    expect(tool.input.images).toEqual({ min: 0, max: 1 });
    expect(tool.providers).toEqual([
      { provider: 'gemini', models: ['gemini-2.5-flash-image', 'gemini-3.1-flash-image', 'gemini-3-pro-image'] },
    ]);
  });
  test('NB7 a subscription beside the free plan', () => {
    expect(defaultPlanOf(nanoBanana)?.id).toBe('free');
    expect(planOf(nanoBanana, 'pro')?.price).toMatchObject({ interval: 'month' });
  });
});

describe('Flirt Studio', () => {
  test.each([
    ['short-chat', 5],
    ['long-chat', 20],
    ['image-analysis', 50],
  ])('FS2 %s costs %i credits', (id, credits) => {
    const tool = toolOf(flirtStudio, id);
    expect([tool.type, tool.output, costOf(tool, {})]).toEqual(['ANALYSIS', 'json', credits]);
  });
  test('FS3 packs carry bonus credits, FS4 and one is quick to buy', () => {
    expect(flirtStudio.packs.filter(({ bonus_credits }) => bonus_credits > 0).length).toBeGreaterThan(0);
    expect(idsOf(flirtStudio.packs)[0]).toBe('quick');
  });
  test('FS7 tiers to move between, by the month', () => {
    const sold = flirtStudio.plans.filter(({ price }) => price !== null);
    expect(idsOf(sold)).toEqual(['premium', 'ultimate']);
  });
  test('FS10 sign-up gives the tier "pro" and welcome credits', () => {
    expect(flirtStudio.default_plan).toBe('pro');
    expect(flirtStudio.welcome_credits).toBeGreaterThan(0);
  });
  test('FS11 every tier has credits of its own each day, more in a higher one', () => {
    expect(flirtStudio.plans.map(({ daily_credits }) => daily_credits)).toEqual([50, 200, 500]);
  });
  test('FS12 OpenAI, then another', () => {
    for (const { providers } of flirtStudio.tools)
      expect(providers.map(({ provider }) => provider)).toEqual(['openai', 'gemini']);
  });
});
