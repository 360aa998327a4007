/** `npm run busy-week`: makes the busy week, writes its lake, and compares every named query with the ledgers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { columns, count } from '#shared/operations/columns.ts';
import { askLake, comparisons } from './compare.ts';
import { rowsOf, writeLake } from './lake.ts';
import { seeded } from './random.ts';
import { busyWeek, wholeWeek } from './week.ts';

const usage = `npm run busy-week -- [options]
  --out DIR   keeps the lake there, for npm run query -- revenue --lake DIR (default: it is removed)
  --seed N    another week (default 1)
  --users N   (default ${wholeWeek.users})   --jobs N   (default ${wholeWeek.jobs})`;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    users: { type: 'string', default: String(wholeWeek.users) },
    jobs: { type: 'string', default: String(wholeWeek.jobs) },
    help: { type: 'boolean', default: false },
  },
});

const whole = (name: 'seed' | 'users' | 'jobs'): number => {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} takes a whole number, not ${values[name]}`);
  return number;
};

const main = async (): Promise<number> => {
  const startedAt = performance.now();
  const seconds = () => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  const seed = whole('seed');
  const week = await busyWeek(seed, { users: whole('users'), jobs: whole('jobs') });
  const rows = rowsOf(week.told, seeded(seed));
  const folder = values.out ?? (await mkdtemp(join(tmpdir(), 'busy-week-')));
  try {
    await writeLake(rows, folder);
    const { accounts, jobs, payments } = week.states;
    const kinds = [count(accounts.size, 'account'), count(jobs.size, 'job'), count(payments.size, 'payment')];
    console.log(
      `${kinds.join(', ')}; ${count(week.told.length, 'event')} in ${count(rows.length, 'row')}: ${seconds()}`,
    );
    const compared = await comparisons(askLake(folder), week);
    const isEqual = compared.map(({ asked, books }) => isDeepStrictEqual(asked, books));
    const told = compared.map(({ what, books }, index) => [
      what,
      Object.keys(Object(books)).length || 1,
      isEqual[index] ? 'as the ledgers' : 'DIFFERS',
    ]);
    console.log(columns(['query', 'groups', 'result'], told).join('\n'));
    console.log(`  compared after ${seconds()}`);
    if (values.out !== undefined) console.log(`npm run query -- revenue --lake ${relative('', folder)}`);
    return isEqual.every(Boolean) ? 0 : 1;
  } finally {
    if (values.out === undefined) await rm(folder, { recursive: true, force: true });
  }
};

if (values.help) console.log(usage);
else process.exitCode = await main();
