/** A reading as JSON: measured from the picture where it can be, and drawn from the request where it cannot. */
import sharp from 'sharp';
import { type InputFile, ProviderError } from '../provider.ts';
import { pick, type Seed, type Subject } from './seed.ts';
import { lineOf, write } from './text.ts';
import { valueOfSchema } from './value-of-schema.ts';

const faceShapes = ['oval', 'round', 'square', 'heart', 'oblong', 'diamond'] as const;
const hairstyles = ['bob', 'curly', 'fade', 'layers', 'long-waves', 'pixie'] as const;

const hex = (parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

/** Longest side that is measured; more pixels change the figures little. */
const measuredSide = 512;

const measure = async ({ bytes }: InputFile) => {
  const image = sharp(bytes, { failOn: 'error' }).autoOrient();
  const { autoOrient } = await image.metadata();
  const small = await image
    .resize({ width: measuredSide, height: measuredSide, fit: 'inside', withoutEnlargement: true })
    .removeAlpha()
    .toColourspace('srgb')
    .png()
    .toBuffer()
    .catch((cause: unknown) => {
      throw new ProviderError('invalid', 'The picture cannot be read.', { cause });
    });
  const { channels, dominant, entropy, sharpness } = await sharp(small).stats();
  const mean = channels.reduce((sum, channel) => sum + channel.mean, 0) / channels.length;
  const spread = channels.reduce((sum, channel) => sum + channel.stdev, 0) / channels.length;
  return {
    width: autoOrient.width,
    height: autoOrient.height,
    brightness: rounded(mean / 255),
    contrast: rounded(spread / 128),
    sharpness: rounded(sharpness),
    entropy: rounded(entropy),
    dominant_color: hex([dominant.r, dominant.g, dominant.b]),
  };
};

/** By the tool's schema where it has one. */
export const analyse = async (subject: Subject, seed: Seed): Promise<unknown> => {
  const { params, resultSchema, inputs } = subject;
  const [input] = inputs;
  const measured = input ? await measure(input) : undefined;
  if (resultSchema) {
    const colour = measured?.dominant_color ?? hex([seed(1, 256), seed(2, 256), seed(3, 256)]);
    return valueOfSchema(resultSchema, {
      seed,
      facts: { ...params, ...measured },
      line: lineOf(subject, seed),
      colour,
    });
  }
  if (!measured) return { summary: write(subject, seed) };
  return {
    ...measured,
    face_shape: pick(faceShapes, seed, 0),
    skin_tone: measured.dominant_color,
    symmetry: rounded(0.7 + seed(1, 300) / 1_000),
    recommended_hairstyles: [...new Set([pick(hairstyles, seed, 2), pick(hairstyles, seed, 3)])],
  };
};
