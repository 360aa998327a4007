/** The pages for each app: their statements export every column that is read, and their commands are ones that run. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type * as z from 'zod';
import { mappings } from './apps/index.ts';
import { kinds } from './facts.ts';
import { readOptions } from './options.ts';

const pageOf = (app: string): Promise<string> =>
  readFile(new URL(`../docs/migrating/${app}.md`, import.meta.url), 'utf8');

const blocksOf = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

/** What the schema of a row reads. */
const columnsOf = (schema: z.ZodType): string[] => {
  const { in: row } = schema.def as { in?: { shape?: object } };
  return Object.keys(row?.shape ?? {});
};

describe.each(mappings.map((mapping) => [mapping.app, mapping] as const))('the page of %s', (app, mapping) => {
  test.each(kinds.filter((kind) => mapping[kind]))('exports every column of its %s', async (kind) => {
    const page = await pageOf(app);
    const [statement] = blocksOf(page, `sql ${kind}`);
    const schema = mapping[kind];
    if (statement === undefined)
      return expect([kind, page]).toEqual(['payments', expect.stringContaining('asked of Stripe')]);
    const words = new Set(statement.match(/[a-z_]+/g));
    expect(schema && columnsOf(schema).length).toBeGreaterThan(1);
    expect(schema && columnsOf(schema).filter((column) => !words.has(column))).toEqual([]);
  });

  test('has commands that the import takes', async () => {
    const commands = blocksOf(await pageOf(app), 'bash')
      .join('\n')
      .split('\n')
      .filter((line) => line.startsWith('npm run import -- '));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const options = readOptions(command.split(' ').slice(4));
      expect(options).toMatchObject({ mapping: { app } });
    }
  });
});
