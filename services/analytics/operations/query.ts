/** `npm run query`: analysts' SQL over the event lake, by DuckDB here or by Athena on AWS. */
import { terminalOutput } from '#shared/operations/output.ts';
import { runQuery } from './run.ts';

process.exitCode = await runQuery(process.argv.slice(2), terminalOutput());
