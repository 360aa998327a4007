/** Tells when a source file under the given folders changed, once for a burst of changes. */
import { existsSync, type FSWatcher, watch } from 'node:fs';

/** An editor that saves one file touches it several times. */
const quietMs = 60;

export function watchSources(folders: readonly string[], changed: (file: string) => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const watchers: FSWatcher[] = folders.filter(existsSync).map((folder) =>
    watch(folder, { recursive: true }, (_event, file) => {
      if (!file || !/\.(ts|js|json)$/.test(file) || file.endsWith('.test.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(() => changed(file), quietMs);
    }),
  );
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
