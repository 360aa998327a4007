import { expect, test } from '@jest/globals';
import { createdBetween } from './created.ts';

test('a list begins with the second of `since`, and holds all of the last second before `until`', () => {
  expect(createdBetween('2026-11-01T00:00:00.900Z', undefined)).toEqual({ gte: 1_793_491_200 });
  expect(createdBetween('2026-11-01T00:00:00.000Z', '2026-11-01T00:00:01.500Z')).toEqual({
    gte: 1_793_491_200,
    lt: 1_793_491_202,
  });
});
