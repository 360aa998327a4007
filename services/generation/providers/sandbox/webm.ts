/**
 * Pictures in a row as a WebM file without sound. A lossy WebP holds one VP8 key frame, so each picture goes in as it is.
 * https://www.webmproject.org/docs/container/
 */

/** A VP8 frame of a lossy WebP. @throws Error for a file that holds none. */
const frameOf = (webp: Buffer): Buffer => {
  for (let at = 12; at + 8 <= webp.length; ) {
    const bytes = webp.readUInt32LE(at + 4);
    if (webp.toString('latin1', at, at + 4) === 'VP8 ') return webp.subarray(at + 8, at + 8 + bytes);
    at += 8 + bytes + (bytes % 2);
  }
  throw new Error('a WebP without a VP8 frame');
};

/** An element's size in four bytes: enough for 256 MB. */
const sizeOf = (bytes: number): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(0x10000000 + bytes);
  return size;
};

const element = (id: string, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(id, 'hex'), sizeOf(content.length), content]);
};
const uint = (id: string, value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return element(id, bytes);
};
const float = (id: string, value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(id, bytes);
};
const text = (id: string, value: string): Buffer => element(id, Buffer.from(value));

const head = element(
  '1a45dfa3',
  uint('4286', 1), // EBML version, read version, longest id, longest size
  uint('42f7', 1),
  uint('42f2', 4),
  uint('42f3', 8),
  text('4282', 'webm'),
  uint('4287', 2), // version of the document's type, read version
  uint('4285', 2),
);

/** Times are in milliseconds. */
const info = (durationMs: number): Buffer =>
  element(
    '1549a966',
    uint('2ad7b1', 1_000_000),
    float('4489', durationMs),
    text('4d80', 'Tessera sandbox'),
    text('5741', 'Tessera sandbox'),
  );

const track = ({ width, height, frameMs }: Clip): Buffer =>
  element(
    '1654ae6b',
    element(
      'ae',
      uint('d7', 1), // number, id
      uint('73c5', 1),
      uint('83', 1), // a video
      text('86', 'V_VP8'),
      uint('23e383', frameMs * 1_000_000),
      element('e0', uint('b0', width), uint('ba', height)),
    ),
  );

const isKeyFrame = 0x80;

const block = (frame: Buffer, atMs: number): Buffer => {
  const lead = Buffer.from([0x81, 0, 0, isKeyFrame]);
  lead.writeInt16BE(atMs, 1);
  return element('a3', lead, frame);
};

export interface Clip {
  readonly width: number;
  readonly height: number;
  readonly frameMs: number;
  /** Lossy WebP files of that size; at most 32 s of them, which is what one cluster holds. */
  readonly pictures: readonly Buffer[];
}

export const webm = (clip: Clip): Buffer => {
  const { pictures, frameMs } = clip;
  const blocks = pictures.map((picture, index) => block(frameOf(picture), index * frameMs));
  const cluster = element('1f43b675', uint('e7', 0), ...blocks);
  return Buffer.concat([head, element('18538067', info(pictures.length * frameMs), track(clip), cluster)]);
};
