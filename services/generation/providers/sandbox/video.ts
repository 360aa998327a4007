/** A clip of a second: the camera moves slowly towards the middle of the picture. */
import sharp from 'sharp';
import { ProviderError } from '../provider.ts';
import { gradient } from './image.ts';
import type { Seed, Subject } from './seed.ts';
import { webm } from './webm.ts';

const maxSide = 640;
const maxPixels = 100_000_000;
const frames = 12;
const frameMs = 84;
/** How much of the picture is out of sight at the end. */
const zoom = 0.18;

const even = (pixels: number): number => Math.max(2, pixels - (pixels % 2));

export interface Film {
  readonly contentType: 'video/webm';
  readonly bytes: Uint8Array;
  readonly durationSeconds: number;
}

export const film = async (
  { inputs: [input], params }: Pick<Subject, 'inputs' | 'params'>,
  seed: Seed,
): Promise<Film> => {
  const { data, info } = await sharp(input?.bytes ?? (await gradient(seed, params)), {
    failOn: 'error',
    limitInputPixels: maxPixels,
  })
    .autoOrient()
    .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
    .flatten()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw new ProviderError('invalid', 'The picture cannot be read.', { cause });
    });
  const size = { width: even(info.width), height: even(info.height) };
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const pictures: Buffer[] = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const shown = 1 - (zoom * frame) / (frames - 1);
    const width = Math.max(1, Math.round(info.width * shown));
    const height = Math.max(1, Math.round(info.height * shown));
    const left = Math.floor((info.width - width) / 2);
    const top = Math.floor((info.height - height) / 2);
    const picture = sharp(data, { raw })
      .extract({ left, top, width, height })
      .resize({ ...size, fit: 'fill' });
    pictures.push(await picture.webp({ quality: 70, effort: 0 }).toBuffer());
  }
  const bytes = webm({ ...size, frameMs, pictures });
  return { contentType: 'video/webm', bytes, durationSeconds: (frames * frameMs) / 1_000 };
};
