/** What every operators' command is: options are read, a place is connected to, one command runs there, and it is left again. */
import { OperatorError } from './operator-error.ts';
import type { Output } from './output.ts';

interface Place {
  close(): void;
}

export interface OperatorCommand<Options extends { readonly command: string }, Where extends Place> {
  /** Begins the line that says what went wrong. */
  readonly name: string;
  readonly usage: string;
  /** @throws OperatorError */
  readonly readOptions: (args: readonly string[]) => Options | { readonly command: 'help' };
  /** @throws OperatorError */
  readonly connect: (options: Options) => Promise<Where>;
  /** Answers the exit code. */
  readonly perform: (place: Where, options: Options) => Promise<number>;
  /** What went wrong there, as one line where an operator can mend it. */
  readonly explain: (error: unknown, place: Where) => unknown;
}

const isHelp = <Options extends { readonly command: string }>(
  options: Options | { readonly command: 'help' },
): options is { readonly command: 'help' } => options.command === 'help';

/** Answers the exit code: the command's own, or 2 when it could not run. @throws what is no operator's business: a defect. */
export const runCommand = async <Options extends { readonly command: string }, Where extends Place>(
  { name, usage, readOptions, connect, perform, explain }: OperatorCommand<Options, Where>,
  args: readonly string[],
  output: Output,
): Promise<number> => {
  try {
    const options = readOptions(args);
    if (isHelp(options)) {
      output.print(usage);
      return 0;
    }
    const place = await connect(options);
    try {
      return await perform(place, options);
    } catch (error) {
      throw explain(error, place);
    } finally {
      place.close();
    }
  } catch (error) {
    output.progress(undefined);
    if (!(error instanceof OperatorError)) throw error;
    output.complain(`${name}: ${error.message}`);
    return 2;
  }
};
