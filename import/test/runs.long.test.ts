/** How the command runs: cut off and gone on, compared, dry. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accountStream } from '#services/credits/domain/account.ts';
import { available } from '#services/credits/domain/state.ts';
import { exported, startWorld, type World } from './world.ts';

const entry = new URL('../import.ts', import.meta.url).pathname;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const userOf = (index: number): string => `0199c2d4-0000-7000-8000-${String(index).padStart(12, '0')}`;

const writeLines = async (name: string, lines: Iterable<string>): Promise<string> => {
  const file = join(world.folder, name);
  await pipeline(Readable.from(lines), createWriteStream(file));
  return file;
};

function* balances(count: number, first = 0) {
  yield 'user_id,balance\n';
  for (let index = first; index < first + count; index += 1) yield `${userOf(index)},${(index % 500) + 1}\n`;
}

/** Resolves when the file is there, or with false when the process ended before. */
const appears = async (file: string, isOver: () => boolean): Promise<boolean> => {
  for (let looks = 0; looks < 2_000 && !existsSync(file); looks += 1) {
    if (isOver()) return false;
    await setTimeout(5);
  }
  return existsSync(file);
};

describe('a run', () => {
  test('that is killed half-way goes on where it was, and brings each balance once', async () => {
    const count = 1_500;
    const file = await writeLines('killed.csv', balances(count));
    const checkpoint = join(world.folder, 'checkpoint.json');
    const args = ['--app', 'product-studio', '--balances', file];
    const child = spawn(process.execPath, [entry, ...args, ...world.place, '--checkpoint', checkpoint], {
      env: { ...process.env, ...world.environment, NODE_OPTIONS: '' },
      stdio: 'ignore',
    });
    const exit = once(child, 'exit');
    expect(await appears(checkpoint, () => child.exitCode !== null)).toBe(true);
    child.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);
    const before = (
      await Promise.all(
        Array.from({ length: count }, (_, index) => world.store.load(`product-studio#${userOf(index)}`)),
      )
    ).filter((account) => account !== undefined).length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(count);

    const { code, result } = await world.result(...args);
    expect(code).toBe(0);
    expect(result.resumed).toBe(true);
    expect(result.credits.here).toBe(result.credits.exported);
    for (const index of [0, 1, 499, 500, count - 1]) {
      const stream = accountStream({ app: 'product-studio', user: userOf(index) });
      const account = await world.store.load(stream);
      expect(account && available(account.state)).toBe((index % 500) + 1);
      expect(account?.version).toBe(2);
    }
    expect(existsSync(checkpoint)).toBe(false);
  }, 120_000);

  test('on other files does not go on where one was that is not over', async () => {
    const checkpoint = join(world.folder, 'checkpoint.json');
    await writeFile(checkpoint, JSON.stringify({ purpose: 'import of another', segments: 5, positions: [] }));
    const { code, complaint } = await world.run('--app', 'sparky', '--users', exported('sparky', 'users.csv'));
    expect([code, complaint]).toEqual([2, expect.stringContaining('belongs to another run')]);
    await rm(checkpoint);
  });

  test('that is dry writes nothing, and says what it would write', async () => {
    const before = await world.everything();
    const file = await writeLines('dry.csv', balances(3, 90_000));
    const { code, result } = await world.result('--app', 'product-studio', '--balances', file, '--dry-run');
    expect(code).toBe(0);
    expect(result.files).toMatchObject([{ rows: 3, written: 3, unchanged: 0, rejected: 0 }]);
    expect(await world.everything()).toEqual(before);
  });
});

describe('a comparison alone', () => {
  test('names each user whose balance differs, with both numbers, and exits with 1', async () => {
    const users = [70_001, 70_002, 70_003].map(userOf);
    const rows = (third: number) =>
      writeLines('compared.csv', ['user_id,balance\n', `${users[0]},5\n`, `${users[1]},6\n`, `${users[2]},${third}\n`]);
    const args = ['--app', 'product-studio', '--balances', await rows(7)];
    expect((await world.result(...args)).code).toBe(0);
    await rows(9);
    const { code, result } = await world.result(...args, '--reconcile');
    expect(code).toBe(1);
    expect(result.credits).toEqual({ exported: 20, here: 18 });
    expect(result.differences.map(({ line, reason }) => [line, reason])).toEqual([
      [4, `${users[2]}: 9 exported, 7 here`],
    ]);
    expect(result.reconciled).toMatchObject([{ rows: 3, unchanged: 2, rejected: 1 }]);
    const { code: again, text } = await world.run(...args, '--reconcile');
    expect(again).toBe(1);
    expect(text).toContain('credits: 20 exported, 18 here');
  });

  test('says of rows that were never brought that they are not here', async () => {
    const file = await writeLines('absent.csv', balances(2, 95_000));
    const { code, result } = await world.result('--app', 'product-studio', '--balances', file, '--reconcile');
    expect(code).toBe(1);
    expect(result.differences.map(({ reason }) => reason)).toEqual(['is not here', 'is not here']);
  });
});

describe('what it is told', () => {
  test.each([
    [['--app', 'nowhere'], '--app is one of baby-music, sparky'],
    [['--app', 'sparky'], 'name a file to bring'],
    [['--app', 'baby-music', '--balances', 'x.csv'], 'baby-music had no balances to bring'],
    [['--app', 'sparky', '--jobs', 'x.csv'], 'say what becomes of the files of runs'],
    [['--app', 'sparky', '--users', 'x.txt'], 'x.txt is to be named .csv or .ndjson'],
    [['--app', 'sparky', '--users', 'nowhere.csv'], 'nowhere.csv cannot be read'],
    [['--app', 'sparky', '--users', 'x.csv', '--dry-run', '--reconcile'], 'choose one'],
  ])('%j: one line, and exit 2', async (args, said) => {
    const { code, complaint } = await world.run(...args);
    expect([code, complaint]).toEqual([2, expect.stringContaining(said)]);
    expect(complaint).not.toContain('\n');
  });
});
