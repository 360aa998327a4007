/** Pictures for tests, made by sharp: real files, small and always the same. */
import sharp from 'sharp';

const size = { width: 320, height: 240 };

/** Colour runs in both directions, so that every filter changes something. */
const pixels = Buffer.from(
  Array.from({ length: size.width * size.height }, (_, n) => {
    const x = n % size.width;
    const y = Math.floor(n / size.width);
    return [(x * 255) / size.width, (y * 255) / size.height, ((x ^ y) * 7) % 256];
  }).flat(),
);
const picture = () => sharp(pixels, { raw: { ...size, channels: 3 } });

export const jpeg = (): Promise<Buffer> => picture().jpeg({ quality: 90 }).toBuffer();
export const png = (): Promise<Buffer> => picture().png().toBuffer();
export const webp = (): Promise<Buffer> => picture().webp().toBuffer();
export const gif = (): Promise<Buffer> => picture().gif().toBuffer();
/** A phone held upright: the pixels lie, a tag says so. */
export const turnedJpeg = (): Promise<Buffer> => picture().withMetadata({ orientation: 6 }).jpeg().toBuffer();
export const transparentPng = (): Promise<Buffer> =>
  sharp({ create: { ...size, channels: 4, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } })
    .png()
    .toBuffer();
export const animatedGif = (): Promise<Buffer> => {
  const frame = (red: number) => ({
    create: { width: 40, height: 30, channels: 3 as const, background: { r: red, g: 9, b: 9 } },
  });
  return sharp([frame(10), frame(120), frame(250)] as never, { join: { animated: true } } as never)
    .gif()
    .toBuffer();
};
/** Claims many more pixels than it has bytes. */
export const hugePng = (): Promise<Buffer> =>
  sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: '#777' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
export const half = (file: Buffer): Buffer => file.subarray(0, Math.floor(file.length / 2));
