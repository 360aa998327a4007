/** `npm run queues`: the operators' commands over dead-letter queues, on the local account or on AWS. */
import { runQueues } from './run.ts';

process.exitCode = await runQueues(process.argv.slice(2), {
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  progress: (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text ?? ''}`);
  },
});
