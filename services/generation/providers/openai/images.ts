/** The Images API: a picture of words, or of words and pictures. */
import type { OpenAI } from 'openai';
import type { ImageEditParamsNonStreaming, ImageGenerateParamsNonStreaming } from 'openai/resources';
import * as z from 'zod';
import { finished, inlineImage, read, tokenCount, usageOf } from '../answer-parts.ts';
import { malformed } from '../http-failure.ts';
import { type Finished, type InputFile, maxOutputs, type ProducedFile, type ProviderRequest } from '../provider.ts';

/** The name counts: the API tells a file's type by it. */
const fileOf = ({ contentType, bytes }: InputFile, index: number): File =>
  new File([new Uint8Array(bytes)], `input-${index + 1}.${contentType.split('/')[1]}`, { type: contentType });

/** The request's `input` goes over what is sent otherwise, field by field: `size`, `quality`. */
export const askForImages = (client: OpenAI, request: ProviderRequest): Promise<unknown> => {
  const { model, instruction: prompt, inputs, input, signal } = request;
  const [first, ...others] = inputs.map(fileOf);
  if (first === undefined)
    return client.images.generate({ model, prompt, ...input } as ImageGenerateParamsNonStreaming, { signal });
  const image = others.length === 0 ? first : [first, ...others];
  return client.images.edit({ model, prompt, image, ...input } as ImageEditParamsNonStreaming, { signal });
};

const imagesAnswer = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish(), url: z.url({ protocol: /^https$/ }).nullish() })).min(1),
  usage: z.object({ input_tokens: tokenCount, output_tokens: tokenCount }).nullish(),
});

export const readImages = async (body: unknown): Promise<Finished> => {
  const { data, usage } = read(imagesAnswer, body);
  const files = data.slice(0, maxOutputs).map(async ({ b64_json, url }): Promise<ProducedFile> => {
    if (b64_json) return inlineImage(b64_json);
    if (url) return { kind: 'image', url };
    throw malformed('a picture that is not there');
  });
  const used = usageOf({ inputTokens: usage?.input_tokens, outputTokens: usage?.output_tokens });
  return finished(await Promise.all(files), used);
};
