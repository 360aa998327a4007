/** Adds generation's part to a user's export. */
import { exportRequested } from '#services/identity/contracts.ts';
import { busConsumer } from '#shared/messaging/queue-consumer.ts';
import { assets, exportParts, jobRows, logger, plays, prompts, replies } from '../composition.ts';
import { exportPart } from '../leaving/export-part.ts';

export const handler = busConsumer(
  logger,
  exportRequested,
  exportPart({
    jobs: jobRows(),
    plays: plays(),
    assets: assets(),
    prompts: prompts(),
    savedReplies: replies(),
    write: exportParts(),
  }),
);
