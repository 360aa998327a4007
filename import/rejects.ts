/** Rows that were not brought, each with where it stands and why: one JSON object a line, to be mended and brought alone. */

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';

export interface Reject {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  /** As it was read. */
  readonly row: unknown;
}

/** Of one run, those that the report names. */
const named = 20;

export interface Rejects {
  readonly first: readonly Reject[];
  add(reject: Reject): Promise<void>;
  /** What was added is in the file. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Rows are of people. */
const ownersOnly = 0o600;

const ended = (stream: WriteStream): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.end(resolve);
  });

/** Without a file they are named in the report only. A run that goes on adds to what the one before wrote. */
export const openRejects = async (file: string | undefined, goesOn: boolean): Promise<Rejects> => {
  const first: Reject[] = [];
  const stream =
    file === undefined ? undefined : createWriteStream(file, { flags: goesOn ? 'a' : 'w', mode: ownersOnly });
  if (stream && file !== undefined) {
    await once(stream, 'open');
    // One that was there has the mode that it had; a device keeps its own.
    if ((await stat(file)).isFile()) await chmod(file, ownersOnly);
  }
  let writing = Promise.resolve();
  return {
    first,
    async add(reject) {
      if (first.length < named) first.push(reject);
      if (!stream) return;
      writing = new Promise((resolve, fail) => {
        stream.write(`${JSON.stringify(reject)}\n`, (error) => (error ? fail(error) : resolve()));
      });
      await writing;
    },
    flush: () => writing,
    close: async () => (stream ? ended(stream) : undefined),
  };
};
