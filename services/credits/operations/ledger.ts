/** `npm run ledger`: the operators' commands over the ledger, on the local account or on AWS. */
import { type Output, runLedger } from './run.ts';

/** A terminal is told of progress a few times a second; a file or a pipe is not. */
const progressEveryMs = 100;
let progressAt = 0;

const output: Output = {
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  progress(text) {
    if (!process.stderr.isTTY) return;
    const now = performance.now();
    if (text !== undefined && now - progressAt < progressEveryMs) return;
    progressAt = now;
    process.stderr.write(`\r\u001b[K${text ?? ''}`);
  },
};

process.exitCode = await runLedger(process.argv.slice(2), output);
