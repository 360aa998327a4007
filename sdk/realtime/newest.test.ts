import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newest } from './newest.ts';

const told = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), version: fc.nat({ max: 20 }) }), {
  maxLength: 60,
});

test('however often and in whatever order, each key is told in ascending versions and ends at its newest', () => {
  fc.assert(
    fc.property(told, (messages) => {
      const { isNews } = newest();
      const news = messages.filter(isNews);
      for (const key of ['a', 'b', 'c']) {
        const heard = news.filter((one) => one.key === key).map(({ version }) => version);
        expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b));
        const all = messages.filter((one) => one.key === key).map(({ version }) => version);
        expect(heard.at(-1)).toBe(all.length === 0 ? undefined : Math.max(...all));
      }
    }),
  );
});

test('it keeps so many keys, and forgets the one not heard of for longest', () => {
  const { isNews } = newest(2);
  const heard = ['a', 'b', 'a', 'c', 'a', 'b'].map((key) => isNews({ key, version: 1 }));
  expect(heard).toEqual([true, true, false, true, false, true]);
});

test('it keeps a thousand unless told otherwise', () => {
  const { isNews } = newest();
  for (let key = 0; key <= 1_000; key += 1) isNews({ key: `${key}`, version: 1 });
  expect(isNews({ key: '1', version: 1 })).toBe(false);
  expect(isNews({ key: '0', version: 1 })).toBe(true);
});
