/** A file's lines, however long: of one that is too long the beginning is kept, and the rest let go of. */

export interface Line {
  readonly text: string;
  /** It had no more than the most bytes. */
  readonly isWhole: boolean;
}

const newline = 0x0a;

export async function* linesOf(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let kept = 0;
  let isWhole = true;
  const keep = (piece: Buffer): void => {
    const room = maxBytes - kept;
    if (piece.length > room) isWhole = false;
    pieces.push(piece.subarray(0, room));
    kept += Math.min(piece.length, room);
  };
  const take = (): Line => {
    const line = { text: Buffer.concat(pieces).toString(), isWhole };
    pieces = [];
    kept = 0;
    isWhole = true;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    if (from < chunk.length && isWhole) keep(chunk.subarray(from));
  }
  if (kept > 0) yield take();
}
