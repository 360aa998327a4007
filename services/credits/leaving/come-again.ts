/**
 * Waits for the holds of a user who left. Generation cancels their jobs at the same time, and each job's end releases its hold: so
 * the message is shown again a little later, and later each time.
 */
import { ComesAgain } from '#shared/messaging/queue-consumer.ts';
import type { ShowAgain } from '#shared/messaging/show-again.ts';
import type { FollowUser, UserEvent } from './follow-user.ts';

/** The parts of an SQS record that matter here. */
export interface Delivery {
  readonly receiptHandle: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/**
 * Seconds before the second to fifth delivery, which is the queue's last. At the first pass jobs end within moments, and who
 * waited in vain leaves it to the second. By then only a hold that no job was made of can be open: the sweep releases
 * it within 75 minutes, and 17 for itself.
 */
const pauses = { 1: [1, 3, 60, 300], 2: [60, 600, 1_800, 3_600] } as const;

/** @throws ComesAgain while holds are open. @throws Error at the second pass's last delivery: it goes to the dead letters, where an alarm rings. */
export const comeAgain =
  ({ follow, show }: { readonly follow: FollowUser; readonly show: ShowAgain }) =>
  async (event: UserEvent, { receiptHandle, attributes }: Delivery): Promise<void> => {
    if ((await follow(event)) === 'done' || event.type !== 'UserDeleted') return;
    const { pass } = event.data;
    const pause = pauses[pass === 2 ? 2 : 1][Number(attributes.ApproximateReceiveCount) - 1];
    if (pause === undefined && pass === 1) return;
    if (pause === undefined) throw new Error('holds of a user who left stay open');
    await show(receiptHandle, pause);
    throw new ComesAgain(`holds are open: looked at again in ${pause} s`);
  };
