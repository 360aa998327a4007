/** `npm run ledger`: the operators' commands over the ledger, on the local account or on AWS. */
import { terminalOutput } from '#shared/operations/output.ts';
import { runLedger } from './run.ts';

process.exitCode = await runLedger(process.argv.slice(2), terminalOutput());
