import fc from 'fast-check';
import { holdCredits, later, releaseHold } from '../test/commands.ts';
import { meta, newAccounts, stream } from '../test/doubles.ts';
import { findHold } from './find-hold.ts';

/** Every open hold of the account, found by what its newest state says. */
const findAll = async ({ store }: Pick<ReturnType<typeof newAccounts>, 'store'>) => {
  const tail = await store.load(stream);
  if (tail?.state.status !== 'open') throw new Error('the account is not open');
  const holds = Object.entries(tail.state.holds);
  const found = await Promise.all(holds.map((hold) => findHold(store, stream, tail.version, hold)));
  return { found: found.map(({ holdId }) => holdId).toSorted(), version: tail.version };
};

test('I3 any open hold is found, whatever was held and released before and since', async () => {
  const actions = fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(actions, async (ids) => {
      const accounts = newAccounts();
      await accounts.openWith(1_000);
      const open = new Set<string>();
      for (const [index, id] of ids.entries()) {
        const holdId = `gen_${id}`;
        const at = later(index);
        if (open.delete(holdId)) await accounts.handle(stream, releaseHold(holdId, 'failed', at), meta);
        else {
          const expiresAt = holdCredits('x', 1).expiresAt + index;
          const { accepted } = await accounts.handle(stream, holdCredits(holdId, 1, { at, expiresAt }), meta);
          if (accepted) open.add(holdId);
        }
      }
      expect((await findAll(accounts)).found).toEqual([...open].toSorted());
    }),
    { numRuns: 100 },
  );
});

test('X12 a hold among 300 events is found in ten reads of one event', async () => {
  const accounts = newAccounts();
  await accounts.openWith(1_000);
  await accounts.handle(stream, holdCredits('gen_old', 1, { expiresAt: holdCredits('x', 1).expiresAt + 1 }), meta);
  for (let run = 0; run < 150; run += 1) {
    await accounts.handle(stream, holdCredits(`gen_${run}`, 1), meta);
    await accounts.handle(stream, releaseHold(`gen_${run}`), meta);
  }
  const reads: number[] = [];
  const store: typeof accounts.store = {
    ...accounts.store,
    read: async (of, options) => {
      reads.push(options.limit);
      return accounts.store.read(of, options);
    },
  };
  expect(await findAll({ store })).toEqual({ found: ['gen_old'], version: 303 });
  expect(reads.length).toBeLessThanOrEqual(10);
  expect(new Set(reads)).toEqual(new Set([1]));
});

test('a stream that does not tell is an error, not another hold', async () => {
  const accounts = newAccounts();
  await accounts.openWith(10);
  await expect(
    findHold(accounts.store, stream, 2, ['unknown1', { rows: {}, until: 1, day: 20_261_105 }]),
  ).rejects.toThrow('did not make the hold unknown1');
});
