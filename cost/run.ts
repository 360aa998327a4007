/** `npm run cost`: what a million generations cost on AWS, from the counted calls and the price list (X12). */
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { parseArguments } from '#shared/operations/parse-arguments.ts';
import { type Inputs, readInputs } from './read.ts';
import { billOf, report, workerLabel } from './report.ts';
import { standingCosts, standingReport } from './standing.ts';

export const usage = `npm run cost [-- options]

  What generations cost on AWS, by service and by line, from the calls that the tests count
  (cost/generation.json) and AWS's list prices (cost/prices.json).

Options
  --generations N    in a month (default 1000000)
  --users-online N   sockets that are open all month (default: cost/assumptions.json)
  --output-kb N      what a client downloads of a generation (default: the same)
  --worker-ms N      how long a worker waits for its provider (default: the same)
  --standing         what a month costs that nobody uses: alarms, dashboards, polling, secrets
  --json             the result as JSON`;

const defaultGenerations = 1_000_000;
const most = 1_000_000_000_000;

const readCount = (name: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0 || number > most)
    throw new OperatorError(`--${name} takes a number from 0 to ${most}, not "${text}"`);
  return number;
};

const answer = async (args: readonly string[]): Promise<string> => {
  const { values, positionals } = parseArguments(args, {
    generations: { type: 'string' },
    'users-online': { type: 'string' },
    'output-kb': { type: 'string' },
    'worker-ms': { type: 'string' },
    standing: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return usage;
  if (positionals[0] !== undefined) throw new OperatorError(`cost takes no "${positionals[0]}"`);
  const read = await readInputs();
  const { milliseconds } = read.assumptions;
  const worker = readCount('worker-ms', values['worker-ms'], milliseconds[workerLabel] ?? milliseconds.default);
  const inputs: Inputs = {
    ...read,
    assumptions: { ...read.assumptions, milliseconds: { ...milliseconds, [workerLabel]: worker } },
  };
  if (values.standing) {
    const costs = await standingCosts(inputs.priceList);
    return values.json ? JSON.stringify(costs, undefined, 2) : standingReport(costs, inputs.priceList);
  }
  const { usersOnline, outputKilobytes } = inputs.assumptions;
  const bill = billOf(inputs, {
    generations: readCount('generations', values.generations, defaultGenerations),
    usersOnline: readCount('users-online', values['users-online'], usersOnline),
    outputKilobytes: readCount('output-kb', values['output-kb'], outputKilobytes),
  });
  return values.json ? JSON.stringify(bill, undefined, 2) : report(bill, inputs);
};

/** Answers the exit code: 0, or 2 when the command could not run. */
export const runCost = async (args: readonly string[], output: Pick<Output, 'print' | 'complain'>): Promise<number> => {
  try {
    output.print(await answer(args));
    return 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    output.complain(`cost: ${error.message}`);
    return 2;
  }
};
