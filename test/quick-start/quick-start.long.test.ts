/** docs/quick-start.md, followed word for word in a copy of this tree; only the packages are there already, and the ports are free ones. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type Reader, startReader } from './follow.ts';
import { patternOf, stepsOf } from './guide.ts';

const guide = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'quick-start.md'), 'utf8');
const steps = stepsOf(guide);
/** Its promise. */
const tenMinutesMs = 600_000;

let reader: Reader | undefined;
afterAll(async () => reader?.end(), 60_000);

test('the guide has files to save, commands to run and what they print', () => {
  const commands = steps.flatMap((step) => (step.kind === 'run' ? [step] : []));
  expect(steps.length - commands.length).toBeGreaterThanOrEqual(5);
  expect(commands.filter(({ prints }) => prints !== undefined).length).toBeGreaterThanOrEqual(5);
});

test(
  'SP16 NB10: an app of one’s own, a user, a picture, a purchase and what the socket tells, in ten minutes',
  async () => {
    reader = await startReader();
    for (const step of steps) {
      const printed = await reader.follow(step);
      if (step.kind === 'run' && step.prints !== undefined) expect(printed.trim()).toMatch(patternOf(step.prints));
    }
  },
  tenMinutesMs,
);
