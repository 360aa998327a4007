/** `npm run import`: brings an app's data from where it was before, to the local account or to AWS. */
import { terminalOutput } from '#shared/operations/output.ts';
import { runImport } from './run.ts';

process.exitCode = await runImport(process.argv.slice(2), terminalOutput());
