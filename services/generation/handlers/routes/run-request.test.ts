import { describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import type { AppDefinition, Catalog } from '#services/catalog/contracts.ts';
import type { Id } from '#shared/ids.ts';
import { jpeg } from '../../test/images.ts';
import { memoryAssets, memoryUploads, readyAsset } from '../../test/memory.ts';
import { memoryPrompts } from '../../test/memory-prompts.ts';
import { checkRun } from './run-request.ts';

const definitionOf = (app: string): AppDefinition => {
  const definition = definitions.find(({ id }) => id === app);
  if (!definition) throw new Error(`there is no app ${app}`);
  return definition;
};

/** Checks a run of this app's user, with as many of their photos. */
const check = async (
  app: string,
  tool: string,
  params: Record<string, string>,
  { photos = 1, change = {} }: { photos?: number; change?: Partial<AppDefinition> } = {},
) => {
  const files = { assets: memoryAssets(), uploads: memoryUploads() };
  const owner = { app, user: 'user-1' };
  const inputs: Id<'ast'>[] = [];
  for (let photo = 0; photo < photos; photo += 1) inputs.push(await readyAsset(files, await jpeg(), owner));
  const catalog: Catalog = { app: async (id) => (id === app ? { ...definitionOf(app), ...change } : undefined) };
  return checkRun({ catalog, assets: files.assets, prompts: memoryPrompts() }, owner, { tool, params, inputs });
};
const sparky = definitionOf('sparky');
const pro = sparky.options.hairstyle?.find((hairstyle) => hairstyle.pro)?.id ?? '';
const open = sparky.options.hairstyle?.find((hairstyle) => !hairstyle.pro)?.id ?? '';

describe('SP8 SP15 PP14 options on use', () => {
  test('one that is offered passes', async () =>
    expect(await check('sparky', 'hairstyle-changer', { hairstyle: open })).toMatchObject({ needsPro: false }));
  test('one for pro plans is told to the ledger', async () =>
    expect(await check('sparky', 'hairstyle-changer', { hairstyle: pro })).toMatchObject({ needsPro: true }));
  test('the provider is told its prompt, where it has one', async () => {
    const prompt = sparky.options.hairstyle?.find(({ id }) => id === open)?.prompt;
    const params = { hairstyle: open };
    expect(await check('sparky', 'hairstyle-changer', params)).toMatchObject({
      params,
      optionPrompts: { hairstyle: prompt },
    });
    const hairstyle = (sparky.options.hairstyle ?? []).map(({ prompt: _, ...one }) => one);
    const change = { options: { ...sparky.options, hairstyle } };
    expect(await check('sparky', 'hairstyle-changer', params, { change })).not.toHaveProperty('optionPrompts');
  });
  test.each(['no-such-hairstyle', 'constructor', 'BOB'])('"%s", which is none, is pointed at', async (hairstyle) =>
    expect(await check('sparky', 'hairstyle-changer', { hairstyle })).toMatchObject({
      rejection: 'request-invalid',
      errors: [{ pointer: '/body/params/hairstyle' }],
    }),
  );
  test('one that was made inactive is none', async () => {
    const hairstyle = sparky.options.hairstyle?.map((one) => ({ ...one, active: one.id !== open })) ?? [];
    const change = { options: { ...sparky.options, hairstyle } };
    expect(await check('sparky', 'hairstyle-changer', { hairstyle: open }, { change })).toMatchObject({
      errors: [{ pointer: '/body/params/hairstyle', detail: 'is not one of the options "hairstyle"' }],
    });
  });
  test('presets of the studio', async () => {
    const asked = { generation_type: 'standard', scene_preset: 'studio' };
    expect(await check('product-studio', 'product-photo', asked)).toMatchObject({ quote: 1 });
    expect(await check('product-studio', 'product-photo', { ...asked, scene_preset: 'moon' })).toMatchObject({
      errors: [{ pointer: '/body/params/scene_preset' }],
    });
  });
});

describe('SP7 SP15 tools on use', () => {
  test('one that is inactive cannot be run', async () => {
    const tools = sparky.tools.map((tool) => ({ ...tool, active: tool.id !== 'face-analysis' }));
    expect(await check('sparky', 'face-analysis', {}, { change: { tools } })).toMatchObject({
      rejection: 'request-invalid',
      errors: [{ pointer: '/body/tool' }],
    });
  });
  test('another app’s tool is none', async () =>
    expect(await check('sparky', 'product-photo', {})).toMatchObject({ errors: [{ pointer: '/body/tool' }] }));
  test('a catalog that cannot be read refuses: nothing runs at an unknown price', async () => {
    const catalog: Catalog = {
      app: async () => {
        throw new Error('down');
      },
    };
    const deps = { catalog, assets: memoryAssets(), prompts: memoryPrompts() };
    const request = { tool: 'face-analysis', params: {}, inputs: [] };
    expect(await checkRun(deps, { app: 'sparky', user: 'u' }, request)).toMatchObject({
      rejection: 'catalog-unreachable',
    });
  });
});

describe('FS2 the price by kind of analysis', () => {
  test.each([
    ['short-chat', 5, 0],
    ['long-chat', 20, 0],
    ['image-analysis', 50, 1],
  ] as const)('%s costs %d', async (tool, quote, photos) => {
    const [{ params: schema } = { params: {} }] = definitionOf('flirt-studio').tools.filter(({ id }) => id === tool);
    const { required = [] } = schema as { required?: string[] };
    const params = Object.fromEntries(required.map((name) => [name, 'a chat between two']));
    expect(await check('flirt-studio', tool, params, { photos })).toMatchObject({ quote, needsPro: false });
  });
});
