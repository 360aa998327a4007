/** How far a long scan has come, kept in a file so that a run that was interrupted goes on instead of beginning again. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { OperatorError } from './operator-error.ts';
import type { Position } from './scan.ts';

const stored = z.strictObject({
  /** What is scanned, and for what: another scan does not go on from here. */
  purpose: z.string(),
  segments: z.int().min(1),
  positions: z.array(z.union([z.record(z.string(), z.unknown()), z.null(), z.literal('begin')])),
});

export interface Checkpoint {
  readonly segments: number;
  readonly positions: readonly Position[];
  /** An earlier run had come so far. */
  readonly resumed: boolean;
  reached(segment: number, position: Position): Promise<void>;
  done(): Promise<void>;
}

/** Writing more often would cost more than scanning a few pages again. */
const writeEveryMs = 1_000;

const readStored = async (file: string, purpose: string) => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const read = stored.safeParse(JSON.parse(text));
  if (!read.success) throw new OperatorError(`${file} is no checkpoint: remove it or choose another with --checkpoint`);
  if (read.data.purpose !== purpose)
    throw new OperatorError(`${file} belongs to another run (${read.data.purpose}): finish that or remove the file`);
  return read.data;
};

/** The checkpoint in `file`, or a new one of so many segments. @throws OperatorError when the file belongs to another scan. */
export const openCheckpoint = async (file: string, purpose: string, segments: number): Promise<Checkpoint> => {
  const earlier = await readStored(file, purpose);
  const positions: Position[] =
    earlier?.positions.map((position) => (position === 'begin' ? undefined : position)) ??
    Array.from({ length: segments }, () => undefined);
  let writtenAt = 0;
  let writing = Promise.resolve();
  const write = async () => {
    const kept = {
      purpose,
      segments: positions.length,
      positions: positions.map((position) => (position === undefined ? 'begin' : position)),
    };
    await writeFile(`${file}.new`, JSON.stringify(kept));
    await rename(`${file}.new`, file);
  };
  return {
    segments: positions.length,
    positions: [...positions],
    resumed: earlier !== undefined,
    async reached(segment, position) {
      positions[segment] = position;
      if (Date.now() - writtenAt < writeEveryMs) return;
      writtenAt = Date.now();
      writing = writing.then(write);
      await writing;
    },
    async done() {
      await writing;
      await rm(file, { force: true });
    },
  };
};

/** Keeps nothing: for runs that begin at the beginning. */
export const noCheckpoint = (segments: number): Checkpoint => ({
  segments,
  positions: [],
  resumed: false,
  reached: async () => undefined,
  done: async () => undefined,
});
