/** Where an operators' command speaks: its result, what went wrong, and how far it is. */

export interface Output {
  /** The result. */
  print(text: string): void;
  /** What went wrong. */
  complain(text: string): void;
  /** One line that replaces the last; nothing clears it. */
  progress(text: string | undefined): void;
}

/** A terminal is told of progress a few times a second; a file or a pipe is not. */
const progressEveryMs = 100;

export const terminalOutput = (): Output => {
  let progressAt = 0;
  return {
    print: (text) => console.log(text),
    complain: (text) => console.error(text),
    progress(text) {
      if (!process.stderr.isTTY) return;
      const now = performance.now();
      if (text !== undefined && now - progressAt < progressEveryMs) return;
      progressAt = now;
      process.stderr.write(`\r\u001b[K${text ?? ''}`);
    },
  };
};
