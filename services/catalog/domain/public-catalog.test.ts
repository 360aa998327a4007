import { expect, test } from '@jest/globals';
import { sparky } from '#apps/sparky.ts';
import { publicCatalog } from './public-catalog.ts';

const ids = (tools: readonly { id: string }[]) => tools.map(({ id }) => id);

test('inactive tools are left out', () => {
  const tools = sparky.tools.map((tool) => ({ ...tool, active: tool.id !== 'photo-filter' }));
  expect(ids(publicCatalog({ ...sparky, tools }).tools)).not.toContain('photo-filter');
});

test('tools come by sort order, then by id', () => {
  const tools = sparky.tools.map((tool) => ({ ...tool, sort_order: tool.id === 'photo-filter' ? 1 : 2 }));
  expect(ids(publicCatalog({ ...sparky, tools }).tools)).toEqual([
    'photo-filter',
    'face-analysis',
    'hair-color-changer',
    'hairstyle-changer',
    'skin-color-changer',
  ]);
});
