/** Reads the trail table's stream: what expired goes to the archive. */
import { logger, trailArchive } from '../composition.ts';
import { archiveTrail } from '../trail/archive-trail.ts';

export const handler = archiveTrail({ put: trailArchive(), logger });
