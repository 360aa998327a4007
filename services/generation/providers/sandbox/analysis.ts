/** A reading of a picture as JSON: measured where it can be, and drawn from the picture's own bytes where it cannot. */
import sharp from 'sharp';
import { ProviderError, type ProviderRequest } from '../provider.ts';
import { pick, type Seed } from './seed.ts';
import { write } from './text.ts';

const faceShapes = ['oval', 'round', 'square', 'heart', 'oblong', 'diamond'] as const;
const hairstyles = ['bob', 'curly', 'fade', 'layers', 'long-waves', 'pixie'] as const;

const hex = ({ r, g, b }: { r: number; g: number; b: number }): string =>
  `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

/** Longest side that is measured; more pixels change the figures little. */
const measuredSide = 512;

export const analyse = async (request: ProviderRequest, seed: Seed): Promise<Record<string, unknown>> => {
  const [input] = request.inputs;
  if (!input) return { summary: write(request, seed) };
  const image = sharp(input.bytes, { failOn: 'error' }).autoOrient();
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
    dominant_color: hex(dominant),
    face_shape: pick(faceShapes, seed, 0),
    skin_tone: hex(dominant),
    symmetry: rounded(0.7 + seed(1, 300) / 1_000),
    recommended_hairstyles: [...new Set([pick(hairstyles, seed, 2), pick(hairstyles, seed, 3)])],
  };
};
