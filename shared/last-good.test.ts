import { expect, test } from '@jest/globals';
import { lastGood, SourceUnavailable } from './last-good.ts';

const age = { maxAgeMs: 1_000, cooldownMs: 1_000, emptyCooldownMs: 0, keepMs: 60_000 };

/** A source whose answers the test gives, one by one. */
const source = (limits: { loadLimitMs?: number; patienceMs?: number } = {}) => {
  const clock = { now: 0 };
  const failures: unknown[] = [];
  const answers: (() => Promise<string>)[] = [];
  const value = lastGood({
    ...age,
    ...limits,
    load: () => (answers.shift() ?? (async () => 'more'))(),
    onFailure: (error) => failures.push(error),
    now: () => clock.now,
  });
  return { clock, failures, answers, value };
};
const never = () => new Promise<string>(() => undefined);

test('an old value serves while its successor hangs, and nobody waits long for that', async () => {
  const { clock, answers, value, failures } = source({ patienceMs: 20, loadLimitMs: 60 });
  answers.push(async () => 'first', never);
  expect(await value.read()).toBe('first');
  clock.now = 2_000;
  const began = performance.now();
  expect(await value.read()).toBe('first');
  // Far below the second that is the default, and far above what a busy machine takes.
  expect(performance.now() - began).toBeLessThan(500);
  // The attempt itself is given up, and the next one may succeed.
  expect(await value.refresh()).toBe(false);
  expect(failures).toHaveLength(1);
  clock.now = 4_000;
  expect(await value.read()).toBe('more');
});

test('a first value that hangs is given up', async () => {
  const { answers, value } = source({ loadLimitMs: 20 });
  answers.push(never);
  await expect(value.read()).rejects.toThrow(SourceUnavailable);
});

test('whoever reads at once shares one attempt', async () => {
  const { answers, value } = source();
  let asked = 0;
  answers.push(async () => `${++asked}`);
  expect(await Promise.all([value.read(), value.read(), value.read()])).toEqual(['1', '1', '1']);
});
