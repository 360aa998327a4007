/** Chat Completions: words, JSON, and, where a gateway makes them so, pictures. */
import type { ChatCompletionContentPart, ChatCompletionCreateParamsNonStreaming } from 'openai/resources';
import * as z from 'zod';
import {
  finished,
  inlineImage,
  maxOutputTokens,
  modelName,
  objectFile,
  read,
  textFile,
  tokenCount,
  usageOf,
} from '../answer-parts.ts';
import { malformed, providerFailure } from '../http-failure.ts';
import { type Finished, maxOutputs, type ProducedFile, type ProviderRequest } from '../provider.ts';

type ChatOutput = 'image' | 'json' | 'text';

/** Without pictures a plain text, which is all that some gateways' models take. */
const contentOf = ({ instruction, inputs }: ProviderRequest): string | ChatCompletionContentPart[] =>
  inputs.length === 0
    ? instruction
    : [
        { type: 'text', text: instruction },
        ...inputs.map(({ contentType, bytes }): ChatCompletionContentPart => {
          const url = `data:${contentType};base64,${Buffer.from(bytes).toString('base64')}`;
          return { type: 'image_url', image_url: { url } };
        }),
      ];

/** `json_object` is refused unless a message speaks of JSON. */
const askForJson = { role: 'system', content: 'Answer with one JSON object and nothing else.' };

/** The request's `input` goes over what is sent otherwise, field by field. */
export const chatBody = (request: ProviderRequest, output: ChatOutput): ChatCompletionCreateParamsNonStreaming => {
  const { model, resultSchema, input } = request;
  const user = { role: 'user', content: contentOf(request) };
  const words = { max_completion_tokens: maxOutputTokens };
  const schema = { name: 'result', schema: resultSchema };
  const bodies = {
    image: { messages: [user], modalities: ['image', 'text'] },
    text: { messages: [user], ...words },
    json: resultSchema
      ? { messages: [user], ...words, response_format: { type: 'json_schema', json_schema: schema } }
      : { messages: [askForJson, user], ...words, response_format: { type: 'json_object' } },
  };
  // Gateways and models take fields and values that the SDK's types do not know.
  return { model, ...bodies[output], ...input } as ChatCompletionCreateParamsNonStreaming;
};

const chatAnswer = z.object({
  model: modelName,
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          images: z.array(z.object({ image_url: z.object({ url: z.string() }) })).nullish(),
        }),
      }),
    ],
    z.unknown(),
  ),
  usage: z.object({ prompt_tokens: tokenCount, completion_tokens: tokenCount }).nullish(),
});
type Choice = z.infer<typeof chatAnswer>['choices'][0];

const dataUrl = /^data:image\/[\w.+-]+;base64,/;

/** Gateways put pictures into data URLs; one that lies somewhere is fetched by the caller. */
const pictureOf = async (url: string): Promise<ProducedFile> => {
  const head = dataUrl.exec(url)?.[0];
  if (head !== undefined) return inlineImage(url.slice(head.length));
  if (URL.parse(url)?.protocol !== 'https:') throw malformed('a picture at no address');
  return { kind: 'image', url };
};

const filesOf = async ({ finish_reason, message }: Choice, output: ChatOutput): Promise<ProducedFile[]> => {
  if (output === 'image') {
    const urls = (message.images ?? []).slice(0, maxOutputs).map(({ image_url }) => image_url.url);
    if (urls.length === 0) throw malformed(`no picture (${finish_reason})`);
    return Promise.all(urls.map(pictureOf));
  }
  if (finish_reason === 'length') throw malformed('cut off at the most tokens');
  const text = message.content ?? '';
  return [output === 'json' ? objectFile(text) : textFile('text', text)];
};

/** @throws ProviderError `blocked` when the model refuses. */
export const readChat = async (body: unknown, output: ChatOutput): Promise<Finished> => {
  const { model, choices, usage } = read(chatAnswer, body);
  const [choice] = choices;
  if (choice.finish_reason === 'content_filter' || choice.message.refusal)
    throw providerFailure('blocked', { cause: choice.finish_reason });
  const used = usageOf({ inputTokens: usage?.prompt_tokens, outputTokens: usage?.completion_tokens, model });
  return finished(await filesOf(choice, output), used);
};
