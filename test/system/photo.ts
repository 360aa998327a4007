/** Photos for tests and the demo: real, decodable, different for every seed. */
import sharp from 'sharp';

/** A JPEG of soft colours with grain, so that filters have something to change and encoders something to do. */
export const makePhoto = async ({ width = 640, height = 480, seed = 1 } = {}): Promise<Uint8Array<ArrayBuffer>> => {
  const pixels = Buffer.alloc(width * height * 3);
  let grain = seed >>> 0 || 1;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      grain = (Math.imul(grain, 1_664_525) + 1_013_904_223) >>> 0;
      const noise = grain >>> 28;
      const at = (y * width + x) * 3;
      pixels[at] = Math.min(255, (x * 255) / width + noise);
      pixels[at + 1] = Math.min(255, (y * 255) / height + noise);
      pixels[at + 2] = Math.min(255, 128 + 100 * Math.sin((x + y + seed * 50) / 60) + noise);
    }
  }
  const jpeg = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer();
  return Uint8Array.from(jpeg);
};
