/** Tells a task that failed from one that could not be asked after: the first is over, the second goes on and is asked after again. */
import { ProviderError, type TaskState } from './provider.ts';
import { Refusal } from './refusal.ts';

/** The provider has forgotten it, and will not remember. */
const isUnknown = (error: ProviderError): boolean =>
  error.cause instanceof Refusal && (error.cause.status === 404 || error.cause.status === 410);

/**
 * `ask`: how the task stands, as the provider says it. `read`: what that means; its errors are the task's own, but for a passing one.
 * @throws ProviderError when it could not be asked, or answered what makes no sense
 */
export const taskState = async <Standing>(
  ask: Promise<Standing>,
  read: (standing: Standing) => TaskState | Promise<TaskState>,
): Promise<TaskState> => {
  let standing: Standing;
  try {
    standing = await ask;
  } catch (error) {
    if (error instanceof ProviderError && isUnknown(error)) return { status: 'failed', error };
    throw error;
  }
  try {
    return await read(standing);
  } catch (error) {
    if (error instanceof ProviderError && error.kind !== 'transient') return { status: 'failed', error };
    throw error;
  }
};
