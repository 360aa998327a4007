/** Parts of exports: written as their items come, and never for less than the whole. */
import { expect, test } from '@jest/globals';
import { exportJson, exportPartKey, maxExportPartBytes } from './client.ts';

async function* each<Item>(...items: Item[]) {
  yield* items;
}
const json = async (data: Parameters<typeof exportJson>[0]) => JSON.parse((await exportJson(data)).toString());

test('values, lists that come one by one, and nothing at all are JSON', async () => {
  expect(await json({})).toEqual({});
  expect(await json({ a: 'ü "x"', none: undefined, nil: null, list: [1, 2] })).toEqual({
    a: 'ü "x"',
    none: null,
    nil: null,
    list: [1, 2],
  });
  expect(await json({ empty: each(), 'two "items"': each({ n: 1 }, { n: 2 }), after: 3 })).toEqual({
    empty: [],
    'two "items"': [{ n: 1 }, { n: 2 }],
    after: 3,
  });
});

test('what is too large is refused, not cut', async () => {
  const megabyte = 'x'.repeat(1024 * 1024);
  async function* endless() {
    for (;;) yield megabyte;
  }
  await expect(exportJson({ endless: endless() })).rejects.toThrow(`larger than ${maxExportPartBytes} bytes`);
});

test('each service has one place in each export', () =>
  expect(exportPartKey({ owner: { app: 'sparky', user: 'auth0|7' }, exportId: 'e-1', service: 'credits' })).toBe(
    'parts/sparky/auth0|7/e-1/credits.json',
  ));
