/** Judges an uploaded file by what it is, not by what it is called: type by its first bytes, and every pixel decoded. */
import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import { maxUploadBytes, type UploadType } from '../contracts.ts';

/** A small file can claim to be an enormous picture; decoding one would take all memory. */
export const maxPixels = 64_000_000;

type UploadVerdict =
  | {
      readonly status: 'good';
      readonly bytes: number;
      readonly sha256: string;
      readonly width: number;
      readonly height: number;
    }
  | { readonly status: 'bad'; readonly reason: string };

const bad = (reason: string): UploadVerdict => ({ status: 'bad', reason });

export const tooLarge = `The file is larger than ${maxUploadBytes} bytes.`;

export const checkUpload = async (file: Uint8Array, declared: UploadType): Promise<UploadVerdict> => {
  if (file.length === 0) return bad('The file is empty.');
  if (file.length > maxUploadBytes) return bad(tooLarge);
  const found = await fileTypeFromBuffer(file);
  if (found?.mime !== declared) return bad(`The file is ${found?.mime ?? 'of no known type'}, not ${declared}.`);
  const image = sharp(file, { failOn: 'error', limitInputPixels: maxPixels, animated: true });
  try {
    const { width, height, pageHeight = height, autoOrient } = await image.metadata();
    if (width * height > maxPixels) return bad(`The picture has more than ${maxPixels} pixels.`);
    // Statistics touch every pixel of every frame, so a file that breaks off is found out.
    await image.stats();
    const isAnimated = pageHeight !== height;
    const size = isAnimated ? { width, height: pageHeight } : autoOrient;
    const sha256 = createHash('sha256').update(file).digest('hex');
    return { status: 'good', bytes: file.length, sha256, width: size.width, height: size.height };
  } catch {
    return bad('The picture is damaged or incomplete.');
  }
};
