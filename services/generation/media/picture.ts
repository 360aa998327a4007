/** Reads a produced picture: its size as it is seen, and a small one to show in lists. */
import sharp from 'sharp';
import { maxPixels } from './check-upload.ts';

/** The longest side of a thumbnail. */
const thumbnailSide = 320;

export interface Thumbnail {
  /** WebP. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** None of a picture with very many pixels, which is not decoded. */
  readonly thumbnail?: Thumbnail;
}

const isSmallEnough = ({ width, height }: Picture): boolean => width * height <= maxPixels;

/** Decodes all of the first frame, so that a file that breaks off is found out. @throws Error when it is damaged */
export const readPicture = async (file: Uint8Array): Promise<Picture> => {
  const { autoOrient } = await sharp(file, { failOn: 'error', limitInputPixels: false }).metadata();
  const size = { width: autoOrient.width, height: autoOrient.height };
  if (!isSmallEnough(size)) return size;
  const { data, info } = await sharp(file, { failOn: 'error', limitInputPixels: maxPixels })
    .autoOrient()
    .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80 })
    .toBuffer({ resolveWithObject: true });
  return { ...size, thumbnail: { bytes: data, width: info.width, height: info.height } };
};

/** By a large file's first bytes, for the formats that have the size there; nothing for the others (WebP and GIF, to sharp). */
export const sizeByHead = async (head: Uint8Array): Promise<Picture | undefined> => {
  try {
    const { autoOrient } = await sharp(head, { failOn: 'none', limitInputPixels: false }).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch {
    return undefined;
  }
};
