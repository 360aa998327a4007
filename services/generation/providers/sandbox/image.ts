/** Pictures: a filter over the first input, chosen by the tool's words and parameters, or a gradient when there is none. */
import sharp, { type Sharp } from 'sharp';
import { ProviderError } from '../provider.ts';
import type { Seed, Subject } from './seed.ts';

/** Longest side of an output; larger inputs are made smaller. */
const maxSide = 4_096;
const maxPixels = 100_000_000;

interface Size {
  readonly width: number;
  readonly height: number;
}
interface Effect {
  readonly size: Size;
  readonly seed: Seed;
  /** A colour among the parameters, or one of the request's own. */
  readonly colour: string;
}
type Apply = (image: Sharp, effect: Effect) => Sharp | Promise<Sharp>;

const layer = ({ width, height }: Size, content: string): Buffer =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`);

const sepia = [
  [0.393, 0.769, 0.189],
  [0.349, 0.686, 0.168],
  [0.272, 0.534, 0.131],
] as [[number, number, number], [number, number, number], [number, number, number]];

/** Colours the upper part, where hair is, and leaves the light and shade. */
const hair: Apply = (image, { size, colour }) => {
  const shade = `<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1"><stop offset="0.2" stop-color="${colour}" stop-opacity="0.75"/><stop offset="0.6" stop-color="${colour}" stop-opacity="0"/></linearGradient></defs>`;
  return image.composite([
    { input: layer(size, `${shade}<rect width="100%" height="100%" fill="url(#g)"/>`), blend: 'overlay' },
  ]);
};

/** Blurs all but an ellipse in the middle, as if what is behind were exchanged. */
const background: Apply = async (image, { size, colour }) => {
  const sharpMiddle = layer(size, '<ellipse cx="50%" cy="50%" rx="34%" ry="42%" fill="#fff"/>');
  const png = await image.ensureAlpha().png({ compressionLevel: 1 }).toBuffer();
  const middle = await sharp(png)
    .composite([{ input: sharpMiddle, blend: 'dest-in' }])
    .png({ compressionLevel: 1 })
    .toBuffer();
  const wash = layer(size, `<rect width="100%" height="100%" fill="${colour}" fill-opacity="0.35"/>`);
  return sharp(png)
    .removeAlpha()
    .blur(12)
    .composite([{ input: wash }, { input: middle }]);
};

const effects: Readonly<Record<string, Apply>> = {
  grayscale: (image) => image.grayscale(),
  sepia: (image) => image.recomb(sepia),
  vivid: (image) => image.modulate({ saturation: 1.6, brightness: 1.05 }),
  soft: (image) => image.blur(2).modulate({ brightness: 1.06, saturation: 0.9 }),
  sharpen: (image) => image.normalise().sharpen({ sigma: 1.5 }),
  tint: (image, { colour }) => image.tint(colour),
  stylise: (image) => image.median(5).modulate({ saturation: 1.8 }).linear(1.25, -20),
  hair,
  background,
};

/** Words of tool ids and parameter values, and the effect they ask for; the first that occurs wins. */
const wording: readonly [RegExp, keyof typeof effects & string][] = [
  [/black-and-white|gr[ae]yscale|monochrome|noir/, 'grayscale'],
  [/sepia|vintage|retro/, 'sepia'],
  [/vivid|vibrant/, 'vivid'],
  [/\bsoft\b|smooth/, 'soft'],
  [/hair|beard/, 'hair'],
  [/background|scene|product|studio/, 'background'],
  [/enhance|sharpen|upscale|restore/, 'sharpen'],
  [/cartoon|sketch|anime|styli[sz]e|art/, 'stylise'],
];

const effectOf = ({ tool, params }: Pick<Subject, 'tool' | 'params'>): Apply => {
  const texts = Object.values(params).filter((value) => typeof value === 'string');
  // A chosen filter says more than the tool's name.
  for (const text of [...texts, tool.id]) {
    const found = wording.find(([words]) => words.test(text.toLowerCase()));
    if (found) return effects[found[1]] as Apply;
  }
  return effects.tint as Apply;
};

const colourOf = ({ params }: Pick<Subject, 'params'>, seed: Seed): string => {
  const given = Object.values(params).find((value) => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value));
  return typeof given === 'string' ? given : `#${[1, 2, 3].map((n) => (64 + seed(n, 160)).toString(16)).join('')}`;
};

const square: Size = { width: 1_024, height: 1_024 };
/** About a megapixel each. */
const sizes: Readonly<Record<string, Size>> = {
  '3:4': { width: 864, height: 1_152 },
  '4:3': { width: 1_152, height: 864 },
  '9:16': { width: 720, height: 1_280 },
  '16:9': { width: 1_280, height: 720 },
};
const sizeOf = ({ aspect_ratio: ratio }: Subject['params']): Size =>
  typeof ratio === 'string' && Object.hasOwn(sizes, ratio) ? (sizes[ratio] ?? square) : square;

/** Without an input: a picture of the request's own colours, in the shape that it asks for. */
export const gradient = (seed: Seed, params: Subject['params']): Promise<Buffer> => {
  const size = sizeOf(params);
  const stop = (n: number) => `hsl(${seed(n, 360)},70%,${40 + seed(n + 10, 30)}%)`;
  const circle = (_: unknown, n: number) =>
    `<circle cx="${seed(20 + n, size.width)}" cy="${seed(40 + n, size.height)}" r="${40 + seed(60 + n, 260)}" fill="${stop(80 + n)}" fill-opacity="0.45"/>`;
  const shapes = Array.from({ length: 12 }, circle).join('');
  const content = `<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="${stop(1)}"/><stop offset="1" stop-color="${stop(2)}"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/>${shapes}`;
  return sharp(layer(size, content)).removeAlpha().png().toBuffer();
};

/** As much of the effect as asked for, 1 to 100; all of it when nothing was asked. */
const mix = async (original: Sharp, changed: Sharp, intensity: unknown): Promise<Sharp> => {
  if (typeof intensity !== 'number' || intensity >= 100) return changed;
  const over = await changed
    .png({ compressionLevel: 1 })
    .toBuffer()
    .then((png) =>
      sharp(png)
        .removeAlpha()
        .ensureAlpha(intensity / 100)
        .png({ compressionLevel: 1 })
        .toBuffer(),
    );
  return original.composite([{ input: over }]);
};

/** PNG keeps transparency; a photo stays a JPEG. */
const encode = async (image: Sharp, asPng: boolean): Promise<{ contentType: string; bytes: Uint8Array }> =>
  asPng
    ? { contentType: 'image/png', bytes: await image.png({ compressionLevel: 6 }).toBuffer() }
    : { contentType: 'image/jpeg', bytes: await image.jpeg({ quality: 90 }).toBuffer() };

export const picture = async (
  request: Pick<Subject, 'tool' | 'params' | 'inputs'>,
  seed: Seed,
): Promise<{ contentType: string; bytes: Uint8Array }> => {
  const [input] = request.inputs;
  if (!input) return { contentType: 'image/png', bytes: await gradient(seed, request.params) };
  try {
    const { data, info } = await sharp(input.bytes, { failOn: 'error', limitInputPixels: maxPixels })
      .autoOrient()
      .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const pixels = sharp(data, { raw: { width, height, channels } });
    const effect = { size: { width, height }, seed, colour: colourOf(request, seed) };
    const changed = await effectOf(request)(pixels.clone(), effect);
    const mixed = await mix(pixels, changed, request.params.intensity);
    return await encode(mixed, input.contentType !== 'image/jpeg');
  } catch (cause) {
    throw new ProviderError('invalid', 'The picture cannot be read.', { cause });
  }
};
