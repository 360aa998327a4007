/** Judges what a provider made before it is stored: the kind the tool promises, a known type, its bytes as declared. */
import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import type { JobOutput } from '../domain/job-events.ts';
import { type ProducedFile, ProviderError } from '../providers/provider.ts';
import { extensions } from '../storage/outputs.ts';

export const maxOutputBytes = 50 * 1024 * 1024;
export const maxOutputs = 8;

const typesOf: Readonly<Record<JobOutput['kind'], RegExp>> = {
  image: /^image\//,
  audio: /^audio\//,
  video: /^video\//,
  text: /^text\/plain$/,
  json: /^application\/json$/,
};

const unusable = (cause: string): ProviderError =>
  new ProviderError('fatal', "The provider's answer cannot be used.", { cause });

const checkBytes = async ({ kind, contentType, bytes }: ProducedFile): Promise<void> => {
  if (kind === 'text' || kind === 'json') {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (kind === 'json') JSON.parse(text);
    return;
  }
  const found = await fileTypeFromBuffer(bytes);
  if (found?.mime !== contentType) throw new Error(`bytes are ${found?.mime ?? 'of no known type'}`);
};

const sizeOf = async ({ kind, bytes }: ProducedFile): Promise<{ width?: number; height?: number }> => {
  if (kind !== 'image') return {};
  const { width, height } = await sharp(bytes, { failOn: 'error' }).metadata();
  return { width, height };
};

export type CheckedOutput = Omit<JobOutput, 'key'>;

/** @throws ProviderError `fatal`, with what was wrong as its cause. */
export const checkOutput = async (file: ProducedFile, promised: JobOutput['kind']): Promise<CheckedOutput> => {
  const { kind, contentType, bytes } = file;
  if (kind !== promised) throw unusable(`${kind} instead of ${promised}`);
  if (!typesOf[kind].test(contentType) || !(contentType in extensions)) throw unusable(`type ${contentType}`);
  if (bytes.length === 0 || bytes.length > maxOutputBytes) throw unusable(`${bytes.length} bytes`);
  const size = await checkBytes(file)
    .then(() => sizeOf(file))
    .catch((error: unknown) => {
      throw unusable(`${contentType}: ${String(error)}`);
    });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { kind, contentType, bytes: bytes.length, sha256, ...size };
};
