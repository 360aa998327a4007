/** What RunPod's handlers give: each endpoint's own, in a few common shapes, or files as docs/gpu-worker.md has them. */
import type { JobOutput } from '../../domain/job-events.ts';
import { typeFor } from '../../media/output-type.ts';
import { fileAt, finished, textFile } from '../answer-parts.ts';
import { malformed } from '../http-failure.ts';
import { finishedOf, made } from '../http-worker/contract.ts';
import { type Finished, maxInlineBase64, maxOutputs, type ProducedFile } from '../provider.ts';

type Kind = JobOutput['kind'];

/** Where files are found in an object, in the order in which they are looked for. */
const namesOf = (kind: Kind): readonly string[] => [
  ...[kind, `${kind}s`, `${kind}_url`, `${kind}_urls`, `${kind}_base64`],
  ...['output', 'result', 'results', 'data', 'url', 'message'],
];
const maxDepth = 4;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts that may be addresses or base64, in order. */
const textsIn = (value: unknown, kind: Kind, depth = 0): string[] => {
  if (typeof value === 'string') return [value];
  if (depth === maxDepth) return [];
  if (Array.isArray(value)) return value.slice(0, maxOutputs).flatMap((one) => textsIn(one, kind, depth + 1));
  if (!isObject(value)) return [];
  const name = namesOf(kind).find((one) => value[one] !== undefined && value[one] !== null);
  return name === undefined ? [] : textsIn(value[name], kind, depth + 1);
};

const fileOf = async (kind: Kind, text: string): Promise<ProducedFile> => {
  if (/^(https?|data):/.test(text)) return fileAt(kind, text);
  // Before anything is decoded.
  if (text.length > maxInlineBase64) throw malformed(`an inline file of ${text.length} characters`);
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) throw malformed('neither an address nor base64');
  const bytes = Buffer.from(text, 'base64');
  return { kind, contentType: await typeFor(kind, bytes), bytes };
};

const textOf = (output: unknown): string => {
  if (typeof output === 'string') return output;
  if (Array.isArray(output)) return output.map(textOf).join('');
  if (!isObject(output)) throw malformed('no text');
  const name = ['text', 'choices', 'message', 'content', 'tokens', 'output', 'result'].find(
    (one) => output[one] != null,
  );
  if (name === undefined) throw malformed('no text');
  return textOf(output[name]);
};

/** @throws ProviderError when there are no files of this kind in it */
export const finishedBy = async (output: unknown, kind: Kind): Promise<Finished> => {
  const byContract = made.safeParse(output);
  if (byContract.success) return finishedOf(byContract.data, kind);
  if (kind === 'text') return finished([textFile(kind, textOf(output))]);
  if (kind === 'json') {
    if (output === undefined || output === null) throw malformed('no output');
    const text = typeof output === 'string' ? output : JSON.stringify(output);
    return finished([textFile(kind, text)]);
  }
  const files: ProducedFile[] = [];
  for (const text of textsIn(output, kind).slice(0, maxOutputs)) files.push(await fileOf(kind, text));
  if (files.length === 0) throw malformed(`no ${kind} in the output`);
  return finished(files);
};
