/** What models answer in one piece: files inside the answer, and what they say they used. What cannot be a file is a malformed answer. */
import { fileTypeFromBuffer } from 'file-type';
import * as z from 'zod';
import type { Usage } from '../domain/job-events.ts';
import { malformed } from './http-failure.ts';
import { type InlineFile, maxInlineBytes } from './provider.ts';

/** A job has no more outputs. */
export const maxFiles = 8;

/**
 * Tokens of an answer in words, thoughts included: enough for any reading or song, and what today's models all take.
 * A picture's tokens follow from its size.
 */
export const maxOutputTokens = 16_384;

const inline = (kind: InlineFile['kind'], contentType: string, bytes: Uint8Array): InlineFile => {
  if (bytes.length === 0 || bytes.length > maxInlineBytes) throw malformed(`${kind} of ${bytes.length} bytes`);
  return { kind, contentType, bytes };
};

/** Of the type that its bytes show: what answers say of it is sometimes missing and sometimes wrong. */
export const inlineImage = async (base64: string): Promise<InlineFile> => {
  const length = Buffer.byteLength(base64, 'base64');
  if (length > maxInlineBytes) throw malformed(`image of ${length} bytes`);
  const bytes = Buffer.from(base64, 'base64');
  const type = bytes.length === length ? await fileTypeFromBuffer(bytes) : undefined;
  if (!type?.mime.startsWith('image/')) throw malformed(`image of ${type?.mime ?? 'no known type'}`);
  return inline('image', type.mime, bytes);
};

export const inlineText = (text: string): InlineFile => {
  if (text.trim() === '') throw malformed('no text');
  return inline('text', 'text/plain', Buffer.from(text));
};

const jsonObject = z.record(z.string(), z.unknown());

/** The answer must be one JSON object and nothing else: no fence around it, no word before it. */
export const inlineJson = (text: string): InlineFile => {
  try {
    return inline('json', 'application/json', Buffer.from(JSON.stringify(jsonObject.parse(JSON.parse(text)))));
  } catch (cause) {
    throw malformed(cause);
  }
};

/** A count that makes no sense is no count; the answer is still good. */
export const tokenCount = z.int().min(0).optional().catch(undefined);
export const modelName = z.string().min(1).max(200).optional().catch(undefined);

/** Only what was told. */
export const usageOf = (told: Pick<Usage, 'inputTokens' | 'outputTokens' | 'model'>): Usage =>
  Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
