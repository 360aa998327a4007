/** Why the suite cannot run here at all, which is another thing than a test that fails. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
