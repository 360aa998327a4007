import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { watchSources } from './source-watch.ts';

test('a changed source file anywhere below is told once for a burst; other files are not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-watch-'));
  await mkdir(join(folder, 'deep/er'), { recursive: true });
  const told: string[] = [];
  let watcher: { close(): void } | undefined;
  try {
    await new Promise<void>((resolve) => {
      watcher = watchSources([folder, join(folder, 'absent')], (file) => {
        told.push(file);
        resolve();
      });
      void (async () => {
        for (const name of ['notes.md', 'deep/a.test.ts', 'deep/er/a.ts', 'deep/er/b.ts'])
          await writeFile(join(folder, name), '');
      })();
    });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/deep.er.[ab]\.ts$/);
  } finally {
    watcher?.close();
    await rm(folder, { recursive: true });
  }
});
