import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from './page.ts';
import { Problem } from './problem.ts';

test('a cursor reads back as what was written', () => {
  fc.assert(
    fc.property(fc.record({ stream: fc.string(), version: fc.nat() }), (position) => {
      const schema = z.object({ stream: z.string(), version: z.int() });
      expect(decodeCursor(schema, encodeCursor(position))).toEqual(position);
    }),
  );
});

test('no text from outside does worse than 400', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        decodeCursor(z.object({ version: z.int() }), text);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect((error as Problem).status).toBe(400);
      }
    }),
  );
});

test('no cursor is the beginning', () => {
  expect(decodeCursor(z.int(), undefined)).toBeUndefined();
});
