/** Reads what `generateContent` answers: its first candidate's parts, or why there are none. */
import * as z from 'zod';
import { finished, inlineImage, modelName, objectFile, read, textFile, tokenCount, usageOf } from '../answer-parts.ts';
import { malformed, providerFailure } from '../http-failure.ts';
import { type Finished, type InlineFile, maxOutputs } from '../provider.ts';

const part = z.object({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  inlineData: z.object({ mimeType: z.string(), data: z.string() }).optional(),
});

const candidate = z.object({
  finishReason: z.string().optional(),
  content: z.object({ parts: z.array(part).optional() }).optional(),
});

const geminiAnswer = z.object({
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
  candidates: z.array(candidate).optional(),
  usageMetadata: z
    .object({ promptTokenCount: tokenCount, candidatesTokenCount: tokenCount, thoughtsTokenCount: tokenCount })
    .optional(),
  modelVersion: modelName,
});
type Answer = z.infer<typeof geminiAnswer>;

/** Reasons why a candidate ends that speak of what it holds. The others are the model's own failures. */
const refusals: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

const filesOf = async (
  { finishReason, content }: z.infer<typeof candidate>,
  output: 'image' | 'json' | 'text',
): Promise<InlineFile[]> => {
  // A model that thinks sketches, in words and in pictures.
  const parts = (content?.parts ?? []).filter(({ thought }) => !thought);
  if (output === 'image') {
    const pictures = parts.flatMap(({ inlineData }) => (inlineData?.mimeType.startsWith('image/') ? [inlineData] : []));
    if (pictures.length === 0) throw malformed(`no picture (${finishReason})`);
    return Promise.all(pictures.slice(0, maxOutputs).map(({ data }) => inlineImage(data)));
  }
  if (finishReason !== 'STOP') throw malformed(`stopped by ${finishReason}`);
  const words = parts.map(({ text = '' }) => text).join('');
  return [output === 'json' ? objectFile(words) : textFile('text', words)];
};

const usedBy = ({ usageMetadata, modelVersion }: Answer) => {
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = usageMetadata ?? {};
  const made = [candidatesTokenCount, thoughtsTokenCount].filter((count) => count !== undefined);
  return usageOf({
    inputTokens: promptTokenCount,
    outputTokens: made.length === 0 ? undefined : made.reduce((sum, count) => sum + count, 0),
    model: modelVersion,
  });
};

/** @throws ProviderError `blocked` when the prompt or what was made of it is refused. */
export const readAnswer = async (body: unknown, output: 'image' | 'json' | 'text'): Promise<Finished> => {
  const answer = read(geminiAnswer, body);
  const { promptFeedback, candidates } = answer;
  if (promptFeedback?.blockReason) throw providerFailure('blocked', { cause: promptFeedback.blockReason });
  const first = candidates?.[0];
  if (first === undefined) throw malformed('no candidate');
  if (refusals.has(first.finishReason ?? '')) throw providerFailure('blocked', { cause: first.finishReason });
  return finished(await filesOf(first, output), usedBy(answer));
};
