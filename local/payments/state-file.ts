/** What the stand-in keeps over restarts: every app's accounts, in one file. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { HostedState } from './hosted.ts';

/** Loads what the file holds and writes it again at every change. */
export const createStateFile = (file?: string): { readonly apps: Record<string, HostedState>; save(): void } => {
  const apps = file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, HostedState>) : {};
  return {
    apps,
    save() {
      if (!file) return;
      writeFileSync(`${file}.new`, JSON.stringify(apps), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
};
