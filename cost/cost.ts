/** `npm run cost`: the command line. */
import { terminalOutput } from '#shared/operations/output.ts';
import { runCost } from './run.ts';

process.exitCode = await runCost(process.argv.slice(2), terminalOutput());
