/** Reads the headers of the frames that pass, which the WebSocket library keeps to itself: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */

export interface Frame {
  readonly kind: 'data' | 'close' | 'other';
  /** Of the payload. */
  readonly bytes: number;
}

const closeOpcode = 8;
const maskBytes = 4;

function headerBytes(second: number): number {
  const length = second & 0x7f;
  const extended = length === 127 ? 8 : length === 126 ? 2 : 0;
  return 2 + extended + (second & 0x80 ? maskBytes : 0);
}

function readFrame(header: Buffer): Frame {
  const [first = 0, second = 0] = header;
  const opcode = first & 0x0f;
  const length = second & 0x7f;
  const bytes = length === 127 ? Number(header.readBigUInt64BE(2)) : length === 126 ? header.readUInt16BE(2) : length;
  return { kind: opcode === closeOpcode ? 'close' : opcode < closeOpcode ? 'data' : 'other', bytes };
}

/** Takes the bytes of one direction as they come; tells of each frame as soon as its header is there. */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  const header: number[] = [];
  let payloadLeft = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      const skipped = Math.min(payloadLeft, chunk.length - at);
      payloadLeft -= skipped;
      at += skipped;
      if (at >= chunk.length) return;
      header.push(chunk[at] ?? 0);
      at += 1;
      const [, second] = header;
      if (second === undefined || header.length < headerBytes(second)) continue;
      const frame = readFrame(Buffer.from(header.splice(0)));
      payloadLeft = frame.bytes;
      onFrame(frame);
    }
  };
}
