/** Settles or releases a job's hold when generation says that the job is over. */
import { jobEnded } from '#services/generation/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { accountStore, logger } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { endHold } from './end-hold.ts';

const log = logger();

export const handler = busConsumer(log, jobEnded, endHold({ handle: accountHandler(accountStore()), logger: log }));
