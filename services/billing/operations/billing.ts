/** `npm run billing`: the operators' commands over payments, on the local account or on AWS. */
import { terminalOutput } from '#shared/operations/output.ts';
import { runBilling } from './run.ts';

process.exitCode = await runBilling(process.argv.slice(2), terminalOutput());
