/** What fal's models answer: each has a shape of its own, but the same few names for its files. */
import * as z from 'zod';
import type { JobOutput } from '../../domain/job-events.ts';
import { fileAt, read, textFile } from '../answer-parts.ts';
import { malformed, providerFailure } from '../http-failure.ts';
import type { ProducedFile } from '../provider.ts';

const file = z.object({ url: z.string(), duration: z.number().min(0).nullish().catch(undefined) });
const files = z.union([file.transform((one) => [one]), z.array(file)]);

/** In the order in which they are looked for. */
const namesOf = {
  image: ['images', 'image'],
  video: ['video', 'videos'],
  audio: ['audio', 'audio_file', 'audios', 'audio_url'],
} as const;
const textNames = ['output', 'text', 'result'];

const answer = z.looseObject({
  duration: z.number().min(0).nullish().catch(undefined),
  /** One for each picture; what it is true for is black. */
  has_nsfw_concepts: z.array(z.boolean()).nullish().catch(undefined),
});

const textOf = (data: z.infer<typeof answer>, kind: 'text' | 'json'): ProducedFile => {
  const text = textNames.map((name) => data[name]).find((value) => typeof value === 'string');
  if (typeof text === 'string') return textFile(kind, text);
  if (kind === 'text') throw malformed('no text');
  return textFile(kind, JSON.stringify(data));
};

/** @throws ProviderError when there are none, or none that may be shown */
export const filesOf = (output: unknown, kind: JobOutput['kind']): ProducedFile[] => {
  const data = read(answer, output);
  if (kind === 'text' || kind === 'json') return [textOf(data, kind)];
  const name = namesOf[kind].find((one) => data[one] !== undefined && data[one] !== null);
  if (name === undefined) throw malformed(`none of ${namesOf[kind].join(', ')}`);
  const found = read(files, data[name]);
  const shown = found.filter((_, index) => data.has_nsfw_concepts?.[index] !== true);
  if (found.length > 0 && shown.length === 0) throw providerFailure('blocked', { cause: 'has_nsfw_concepts' });
  return shown.map(({ url, duration }) => fileAt(kind, url, { durationSeconds: duration ?? data.duration }));
};
