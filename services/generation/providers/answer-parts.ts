/** What answers of different providers have in common: task ids, files at an address or inside, texts, what was used. */
import { fileTypeFromBuffer } from 'file-type';
import * as z from 'zod';
import type { JobOutput, Usage } from '../domain/job-events.ts';
import { textTypes } from '../media/output-type.ts';
import { malformed } from './http-failure.ts';
import {
  type Finished,
  type InlineFile,
  maxInlineBase64,
  maxInlineBytes,
  maxOutputs,
  type ProducedFile,
} from './provider.ts';

type Kind = JobOutput['kind'];

/** As it may stand in a path. */
export const taskId = z.string().regex(/^[\w-]{1,128}$/);

/** @throws ProviderError when the answer is not of this shape */
export const read = <Shape>(shape: z.ZodType<Shape>, answer: unknown): Shape => {
  const { success, data, error } = shape.safeParse(answer);
  if (!success) throw malformed(z.prettifyError(error));
  return data;
};

const inline = (kind: Kind, contentType: string, bytes: Uint8Array): InlineFile => {
  if (bytes.length === 0 || bytes.length > maxInlineBytes) throw malformed(`${kind} of ${bytes.length} bytes`);
  return { kind, contentType, bytes };
};

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('no data: URL of a file');
  }
};

const inlineAt = (kind: Kind, url: string): InlineFile => {
  const comma = url.indexOf(',');
  const [contentType = '', ...attributes] = url.slice('data:'.length, Math.max(0, comma)).toLowerCase().split(';');
  const data = url.slice(comma + 1);
  const isBase64 = attributes.includes('base64');
  if (comma < 0 || !contentType.includes('/')) throw malformed('no data: URL of a file');
  // Before anything is decoded.
  if (data.length > (isBase64 ? maxInlineBase64 : maxInlineBytes))
    throw malformed(`${kind} of ${data.length} characters`);
  return inline(kind, contentType, isBase64 ? Buffer.from(data, 'base64') : Buffer.from(unescaped(data)));
};

interface About {
  readonly title?: string | null | undefined;
  readonly durationSeconds?: number | null | undefined;
}

const maxTitle = 200;

/** A file by its address, or with its bytes in a `data:` URL. */
export const fileAt = (kind: Kind, url: string, { title, durationSeconds }: About = {}): ProducedFile => {
  const isInline = url.startsWith('data:');
  if (!isInline && !(/^https?:/.test(url) && URL.canParse(url))) throw malformed('no address of a file');
  const about = {
    ...(title ? { title: title.slice(0, maxTitle) } : {}),
    ...(durationSeconds ? { durationSeconds } : {}),
  };
  return isInline ? { ...inlineAt(kind, url), ...about } : { kind, url, ...about };
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

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('no JSON');
  }
};

/** A text, or JSON as text: one value and nothing else, no fence around it, no word before it. It is written anew. */
export const textFile = (kind: 'text' | 'json', text: string): InlineFile => {
  if (text.trim() === '') throw malformed('no text');
  return inline(kind, textTypes[kind], Buffer.from(kind === 'json' ? JSON.stringify(jsonIn(text)) : text));
};

const jsonObject = z.record(z.string(), z.unknown());

/** Where an object was asked for. */
export const objectFile = (text: string): InlineFile =>
  textFile('json', JSON.stringify(read(jsonObject, jsonIn(text))));

/** Of a model that made more than a job has outputs, the first. @throws ProviderError when nothing was made */
export const finished = (files: readonly ProducedFile[], usage: Usage = {}): Finished => {
  if (files.length === 0) throw malformed('no files');
  return { status: 'finished', files: files.slice(0, maxOutputs), usage };
};

/**
 * Tokens of an answer in words, thoughts included: enough for any reading or song, and what today's models all take.
 * A picture's tokens follow from its size.
 */
export const maxOutputTokens = 16_384;

/** A count that makes no sense is no count; the answer is still good. */
export const tokenCount = z.int().min(0).optional().catch(undefined);
export const modelName = z.string().min(1).max(200).optional().catch(undefined);

/** Only what was told. */
export const usageOf = (told: Pick<Usage, 'inputTokens' | 'outputTokens' | 'model'>): Usage =>
  Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
