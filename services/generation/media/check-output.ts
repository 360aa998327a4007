/** Judges what a provider made before it is stored: the kind the tool promises, a known type, its bytes as declared. */
import { createHash } from 'node:crypto';
import type { JobOutput } from '../domain/job-events.ts';
import { malformed } from '../providers/http-failure.ts';
import { type InlineFile, maxInlineBytes } from '../providers/provider.ts';
import { checkType, isText, plainType, typeFor } from './output-type.ts';
import { readPicture, type Thumbnail } from './picture.ts';

export const maxOutputBytes = 50 * 1024 * 1024;

const checkText = (kind: 'text' | 'json', bytes: Uint8Array): void => {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (kind === 'json') JSON.parse(text);
};

export interface CheckedOutput extends Omit<JobOutput, 'key' | 'thumbnail'> {
  /** Made of a picture; not stored yet. */
  readonly thumbnail?: Thumbnail;
}

/** A file in memory. @throws ProviderError `next-model`, with what was wrong as its cause. */
export const checkOutput = async (file: InlineFile, promised: JobOutput['kind']): Promise<CheckedOutput> => {
  const { kind, bytes } = file;
  const contentType = plainType(file.contentType);
  if (kind !== promised) throw malformed(`${kind} instead of ${promised}`);
  checkType(kind, contentType);
  if (bytes.length === 0 || bytes.length > maxInlineBytes) throw malformed(`${bytes.length} bytes`);
  const found = await typeFor(kind, bytes);
  if (found !== contentType) throw malformed(`${contentType} is ${found}`);
  try {
    if (isText(kind)) checkText(kind, bytes);
    const picture = kind === 'image' ? await readPicture(bytes) : {};
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { kind, contentType, bytes: bytes.length, sha256, ...picture };
  } catch (error) {
    throw malformed(`${contentType}: ${String(error)}`);
  }
};
