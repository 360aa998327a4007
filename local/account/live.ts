/** What only a long-running account does. */
import { join } from 'node:path';
import { watchSources } from '../functions/source-watch.ts';
import type { Triggers } from '../triggers/triggers.ts';

const sweepEveryMs = 60_000;
const watchedFolders = ['services', 'shared', 'apps'];

/** Schedules and the TTL sweep by the clock, functions renewed when their source changes. Answers what stops it. */
export function goLive(
  root: string,
  triggers: Triggers,
  renewFunctions: () => void,
  sweep: () => Promise<unknown>,
): () => void {
  triggers.schedules.start();
  const timer = setInterval(() => void sweep().catch(() => {}), sweepEveryMs);
  const watcher = watchSources(
    watchedFolders.map((folder) => join(root, folder)),
    renewFunctions,
  );
  return () => {
    clearInterval(timer);
    watcher.close();
  };
}
