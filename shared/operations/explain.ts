/** An AWS error as one line that says what to do; anything else is a defect and keeps its stack. */
import { OperatorError } from './operator-error.ts';

export interface Reached {
  /** For messages: where the tables are. */
  readonly place: string;
  readonly tables: readonly string[];
}

export const explain = (error: unknown, { place, tables }: Reached): unknown => {
  const { code, name, message } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (/ECONNREFUSED|ENOTFOUND/.test(`${code} ${message}`))
    return new OperatorError(`nothing answers at ${place}: is it running?`);
  switch (name) {
    case 'ResourceNotFoundException':
      return new OperatorError(`a table is not there (${tables.join(', ')}): check name and region`);
    case 'CredentialsProviderError':
      return new OperatorError('there are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID');
    case 'AccessDeniedException':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
      return new OperatorError(`${place} refuses these credentials: ${message}`);
    default:
      return message === 'Region is missing' ? new OperatorError('set AWS_REGION') : error;
  }
};
