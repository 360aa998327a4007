/** One stack for all suites of a test file: starting it, and every function's first call, is most of what a small suite costs. */
import type { OnPublished } from '#local/triggers/event-bus.ts';
import type { PublishedEvent } from './cost/count.ts';
import { type Stack, startStack } from './stack.ts';

let started: Promise<Stack> | undefined;

/** What was put on its buses since somebody emptied it. */
export const published: PublishedEvent[] = [];
/** Suites that never empty it must not fill memory. */
const keptEvents = 5_000;

const keep: OnPublished = (bus, event) => {
  if (published.push({ bus, event }) > keptEvents) published.splice(0, keptEvents / 2);
};

export const sharedStack = (): Promise<Stack> => {
  started ??= startStack({ onPublished: keep });
  return started;
};

/** For the file that runs the suites, behind all of them. */
export const closeSharedStack = async (): Promise<void> => {
  await (await started)?.close();
};
