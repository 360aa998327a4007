/** What PiAPI's models answer: a song and its variations in order, or files under their kind's name. */
import * as z from 'zod';
import type { JobOutput } from '../../domain/job-events.ts';
import { fileAt, read, textFile } from '../answer-parts.ts';
import { malformed, providerFailure } from '../http-failure.ts';
import type { ProducedFile } from '../provider.ts';

const seconds = z.number().min(0).nullish().catch(undefined);
const song = z.object({
  song_path: z.string().nullish(),
  audio_url: z.string().nullish(),
  title: z.string().nullish(),
  duration: seconds,
  metadata: z.object({ duration: seconds }).nullish().catch(undefined),
  error_type: z.string().nullish(),
  error_detail: z.unknown().optional(),
});
/** A list, or one model's clips by their ids. */
const songs = z.union([z.array(song), z.record(z.string(), song).transform((byId) => Object.values(byId))]);
const link = z.union([z.string(), z.object({ url: z.string() }).transform(({ url }) => url)]);
const links = z.union([link.transform((one) => [one]), z.array(link)]);

const output = z.looseObject({
  songs: songs.nullish(),
  clips: songs.nullish(),
  title: z.string().nullish().catch(undefined),
  duration: seconds,
});

const songFiles = (found: readonly z.infer<typeof song>[]): ProducedFile[] => {
  const files = found.flatMap(({ song_path, audio_url, title, duration, metadata }) => {
    const url = song_path || audio_url;
    return url ? [fileAt('audio', url, { title, durationSeconds: duration ?? metadata?.duration })] : [];
  });
  const faults = found.map(
    ({ error_type, error_detail }) => `${error_type ?? ''} ${JSON.stringify(error_detail ?? '')}`,
  );
  if (files.length === 0 && faults.some((fault) => /moderat|copyright/i.test(fault)))
    throw providerFailure('blocked', { cause: faults.join(', ') });
  return files;
};

/** @throws ProviderError when there are none */
export const filesOf = (answer: unknown, kind: JobOutput['kind']): ProducedFile[] => {
  const made = read(output, answer);
  const sung = made.songs ?? made.clips;
  if (kind === 'audio' && sung) return songFiles(sung);
  if (kind === 'json') return [textFile(kind, JSON.stringify(made))];
  if (kind === 'text') return [textFile(kind, read(z.string(), made.text))];
  const name = [`${kind}_urls`, `${kind}_url`, `${kind}s`, kind].find((one) => made[one]);
  if (name === undefined) throw malformed(`no ${kind}`);
  const about = { title: made.title, durationSeconds: made.duration };
  return read(links, made[name]).map((url) => fileAt(kind, url, about));
};
