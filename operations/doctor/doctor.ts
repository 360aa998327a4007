/** `npm run doctor`: the command line. */
import { terminalOutput } from '#shared/operations/output.ts';
import { runDoctor } from './run.ts';

process.exitCode = await runDoctor(process.argv.slice(2), terminalOutput());
