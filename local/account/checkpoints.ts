/** How far each stream was read: in memory, or kept in a file beside the tables. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Checkpoints } from '../triggers/stream-mapping.ts';

/** A crash in between only repeats records, which every consumer bears. */
const writeEveryMs = 1_000;

export function createCheckpoints(file?: string): Checkpoints & { flush(): void } {
  const kept: Record<string, string> =
    file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!file) return;
    writeFileSync(`${file}.new`, JSON.stringify(kept));
    renameSync(`${file}.new`, file);
  }

  return {
    get: (mapping, shard) => kept[`${mapping} ${shard}`],
    set(mapping, shard, sequenceNumber) {
      kept[`${mapping} ${shard}`] = sequenceNumber;
      if (file) timer ??= setTimeout(flush, writeEveryMs).unref();
    },
    flush,
  };
}
