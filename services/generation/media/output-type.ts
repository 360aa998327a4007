/** What a produced file is, by its first bytes, and whether a tool that promised a kind may give it. */
import { fileTypeFromBuffer } from 'file-type';
import type { JobOutput } from '../domain/job-events.ts';
import { malformed } from '../providers/http-failure.ts';
import { extensions } from '../storage/outputs.ts';

type Kind = JobOutput['kind'];

/** Bytes that tell a type. */
export const headBytes = 64 * 1024;

/** Other names for types that are stored. */
const aliases: Readonly<Record<string, string>> = {
  'audio/mp3': 'audio/mpeg',
  'audio/vnd.wave': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/x-flac': 'audio/flac',
  'audio/x-m4a': 'audio/mp4',
  'audio/x-wav': 'audio/wav',
  'image/apng': 'image/png',
  'image/jpg': 'image/jpeg',
  'video/x-m4v': 'video/mp4',
};

/** In lower case, without parameters, by its usual name. */
export const plainType = (contentType: string): string => {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return aliases[type] ?? type;
};

const typesOf: Readonly<Record<Kind, RegExp>> = {
  image: /^image\//,
  audio: /^audio\//,
  video: /^video\//,
  text: /^text\/plain$/,
  json: /^application\/json$/,
};

/** @throws ProviderError when the kind may not be of this type */
export const checkType = (kind: Kind, contentType: string): void => {
  if (!typesOf[kind].test(contentType) || !Object.hasOwn(extensions, contentType))
    throw malformed(`${kind} of type ${contentType}`);
};

export const isText = (kind: Kind): kind is 'text' | 'json' => kind === 'text' || kind === 'json';

export const textTypes = { text: 'text/plain', json: 'application/json' } as const;

/**
 * The type of a file of this kind, by its first bytes. Text has no mark of its own, and may begin like anything ("BM" and "MZ" are
 * words too): whether it is text shows when all of it is read.
 *
 * @throws ProviderError when it cannot be of the kind
 */
export const typeFor = async (kind: Kind, head: Uint8Array): Promise<string> => {
  if (isText(kind)) return textTypes[kind];
  // Bytes that the reader stumbles over are of no type either.
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const contentType = plainType(found?.mime ?? 'unknown');
  checkType(kind, contentType);
  return contentType;
};
