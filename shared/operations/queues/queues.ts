/** `npm run queues`: the operators' commands over dead-letter queues, on the local account or on AWS. */
import { terminalOutput } from '../output.ts';
import { runQueues } from './run.ts';

process.exitCode = await runQueues(process.argv.slice(2), terminalOutput());
