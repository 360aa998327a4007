import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { adminOperations, userOperations } from '../api/operations.ts';
import { readDocument, root } from './document.ts';
import { generate } from './generate.ts';

let files: ReadonlyMap<string, string>;
beforeAll(async () => {
  files = await generate();
});

test.each(['sdk/api/types.ts', 'sdk/api/methods.ts', 'sdk/api/operations.ts'])(
  'NB10 %s is what the API document says: else run npm run sdk:types',
  (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(files.get(path));
  },
);

test('NB10 every operation of the document is a method, but for those that providers call', () => {
  const bound = [userOperations, adminOperations]
    .flatMap((table) => Object.values(table))
    .flatMap((group: Record<string, { readonly method: string; readonly path: string }>) => Object.values(group))
    .map(({ method, path }) => `${method} ${path}`);
  const documented = Object.entries(readDocument().paths)
    .filter(([path]) => !path.startsWith('/webhooks/'))
    .flatMap(([path, verbs]) => Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`));
  expect(bound.toSorted()).toEqual(documented.toSorted());
  expect(bound.length).toBeGreaterThan(80);
});
