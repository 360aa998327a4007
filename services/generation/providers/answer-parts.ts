/** What answers of different providers have in common: task ids, files that lie at an address, texts. */
import * as z from 'zod';
import type { JobOutput, Usage } from '../domain/job-events.ts';
import { malformed } from './http-failure.ts';
import { type Finished, type InlineFile, maxInlineBytes, type ProducedFile } from './provider.ts';

type Kind = JobOutput['kind'];

/** As it may stand in a path. */
export const taskId = z.string().regex(/^[\w-]{1,128}$/);

/** @throws ProviderError when the answer is not of this shape */
export const read = <Shape>(shape: z.ZodType<Shape>, answer: unknown): Shape => {
  const { success, data, error } = shape.safeParse(answer);
  if (!success) throw malformed(z.prettifyError(error));
  return data;
};

/** A job's outputs: a model that made more gives the first of them. */
const maxFiles = 8;
const maxTitle = 200;

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('no data: URL of a file');
  }
};

const inline = (kind: Kind, url: string): InlineFile => {
  const comma = url.indexOf(',');
  const [contentType = '', ...attributes] = url.slice('data:'.length, Math.max(0, comma)).toLowerCase().split(';');
  const data = url.slice(comma + 1);
  const isBase64 = attributes.includes('base64');
  if (comma < 0 || !contentType.includes('/')) throw malformed('no data: URL of a file');
  // Base64 is four thirds of its bytes; checked before anything is decoded.
  if (data.length > (isBase64 ? Math.ceil(maxInlineBytes / 3) * 4 : maxInlineBytes))
    throw malformed(`an inline file of ${data.length} characters`);
  const bytes = isBase64 ? Buffer.from(data, 'base64') : Buffer.from(unescaped(data));
  if (bytes.length === 0 || bytes.length > maxInlineBytes) throw malformed(`an inline file of ${bytes.length} bytes`);
  return { kind, contentType, bytes };
};

export interface About {
  readonly title?: string | null | undefined;
  readonly durationSeconds?: number | null | undefined;
}

/** A file by its address, or with its bytes in a `data:` URL. */
export const fileAt = (kind: Kind, url: string, { title, durationSeconds }: About = {}): ProducedFile => {
  const isInline = url.startsWith('data:');
  if (!isInline && !(/^https?:/.test(url) && URL.canParse(url))) throw malformed('no address of a file');
  const about = {
    ...(title ? { title: title.slice(0, maxTitle) } : {}),
    ...(durationSeconds ? { durationSeconds } : {}),
  };
  return isInline ? { ...inline(kind, url), ...about } : { kind, url, ...about };
};

const textTypes = { text: 'text/plain', json: 'application/json' } as const;

/** A text, or JSON as text. */
export const textFile = (kind: 'text' | 'json', text: string): InlineFile => {
  const bytes = Buffer.from(text);
  if (bytes.length === 0 || bytes.length > maxInlineBytes) throw malformed(`a text of ${bytes.length} bytes`);
  return { kind, contentType: textTypes[kind], bytes };
};

/** @throws ProviderError when nothing was made */
export const finished = (files: readonly ProducedFile[], usage: Usage = {}): Finished => {
  if (files.length === 0) throw malformed('no files');
  return { status: 'finished', files: files.slice(0, maxFiles), usage };
};
