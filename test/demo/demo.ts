/** `npm run demo`: what one of the five apps is for, or what it sells, once, on a local account. Ends with `demo: passed` and 0, or `demo: failed: why` and 1. */

import { startStack } from '../system/stack.ts';
import { buying } from './buying.ts';
import { journey } from './journey.ts';
import { readOptions, usage } from './options.ts';
import type { Say } from './steps.ts';

const say: Say = (step, detail = '') => console.log(`  ${step.padEnd(11)} ${detail}`);

const main = async (): Promise<void> => {
  const options = await readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const startedAt = performance.now();
  say('starting', 'the whole stack, from the CDK templates');
  const stack = await startStack({ onProblem: (problem) => console.error('  problem    ', problem) });
  try {
    say(
      'ready',
      `${stack.account.httpUrl()}, ${stack.account.functions.length} functions, after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`,
    );
    await (options.does === 'buying' ? buying(stack, options.app, say) : journey(stack, options, say));
  } finally {
    await stack.close();
  }
  console.log('\ndemo: passed');
};

try {
  await main();
} catch (error) {
  console.log(`\ndemo: failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
