/** A command's line, read as its options say. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { OperatorError } from './operator-error.ts';

/** @throws OperatorError with one line that says what is wrong. */
export const parseArguments = <const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // parseArgs says what was wrong, and behind it how to escape positional arguments, which is never meant here.
    const { message = String(error) } = Object(error) as Partial<Error>;
    throw new OperatorError(message.split('. ')[0] ?? '');
  }
};
