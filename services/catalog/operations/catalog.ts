/** `npm run catalog`: the operators' commands over what apps offer, on the local account or on AWS. */
import { userInfo } from 'node:os';
import { terminalOutput } from '#shared/operations/output.ts';

/** Apps' files are checked when they are imported: what is wrong with one is said without a stack. */
const load = () =>
  import('./run.ts').catch((error: unknown) => {
    console.error(`catalog: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  });

const { runCatalog } = await load();
process.exitCode = await runCatalog(process.argv.slice(2), terminalOutput(), {
  name: userInfo().username,
  now: () => new Date().toISOString(),
});
