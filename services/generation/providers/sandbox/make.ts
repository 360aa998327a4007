/** What the sandbox makes of a request: a real file of the tool's kind, the same every time. */
import type { Usage } from '../../domain/job-events.ts';
import type { Finished, InlineFile } from '../provider.ts';
import { analyse } from './analysis.ts';
import { melody, melodySeconds } from './audio.ts';
import { picture } from './image.ts';
import type { Seed, Subject } from './seed.ts';
import { write } from './text.ts';
import { film } from './video.ts';

/** A song has two takes, as song models give. */
const songs = ({ params: { title, lyrics } }: Subject, seed: Seed): InlineFile[] => {
  const takes = typeof lyrics === 'string' ? 2 : 1;
  return Array.from({ length: takes }, (_, take) => ({
    kind: 'audio',
    contentType: 'audio/wav',
    bytes: melody((n, below) => seed(n + 1_000 * take, below)),
    durationSeconds: melodySeconds,
    ...(typeof title === 'string' ? { title: take === 0 ? title : `${title} (${take + 1})` } : {}),
  }));
};

const filesOf = async (subject: Subject, seed: Seed): Promise<InlineFile[]> => {
  const { output: kind } = subject.tool;
  switch (kind) {
    case 'image':
      return [{ kind, ...(await picture(subject, seed)) }];
    case 'json': {
      const bytes = Buffer.from(JSON.stringify(await analyse(subject, seed), null, 2));
      return [{ kind, contentType: 'application/json', bytes }];
    }
    case 'text':
      return [{ kind, contentType: 'text/plain', bytes: Buffer.from(write(subject, seed)) }];
    case 'audio':
      return songs(subject, seed);
    case 'video':
      return [{ kind, ...(await film(subject, seed)) }];
  }
};

/** About as models count: four characters, and a fixed number for a picture. */
const charactersInToken = 4;
const tokensInPicture = 258;

const tokensOf = ({ instruction, inputs }: Subject, files: readonly InlineFile[]): Usage => ({
  inputTokens: Math.ceil(instruction.length / charactersInToken) + tokensInPicture * inputs.length,
  outputTokens: Math.ceil(files.reduce((sum, { bytes }) => sum + bytes.length, 0) / charactersInToken),
});

/** `beganAt`: by the process's clock, for what is counted in time. */
export const make = async (subject: Subject, seed: Seed, model: string, beganAt: number): Promise<Finished> => {
  const files = await filesOf(subject, seed);
  const inWords = subject.tool.output === 'text' || subject.tool.output === 'json';
  const used = inWords ? tokensOf(subject, files) : { computeMs: Math.round(performance.now() - beganAt) };
  return { status: 'finished', files, usage: { ...used, model } };
};
