/** Something that only the operator can put right, said in one line. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
