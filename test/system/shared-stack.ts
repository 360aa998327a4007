/** One stack for all suites of a test file: starting it, and every function's first call, is most of what a small suite costs. */
import { type Stack, startStack } from './stack.ts';

let started: Promise<Stack> | undefined;

export const sharedStack = (): Promise<Stack> => {
  started ??= startStack();
  return started;
};

/** For the file that runs the suites, behind all of them. */
export const closeSharedStack = async (): Promise<void> => {
  await (await started)?.close();
};
