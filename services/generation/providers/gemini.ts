/** Google's Gemini API: pictures, readings of pictures and words by one call of `generateContent`. */
import type { GenerateContentConfig, Part } from '@google/genai';
import * as z from 'zod';
import { maxOutputTokens } from './answer-parts.ts';
import { apiKey } from './api-key.ts';
import { readAnswer } from './gemini/answer.ts';
import { geminiFailure } from './gemini/failure.ts';
import { providerFailure } from './http-failure.ts';
import type { Finished, ProviderRequest } from './provider.ts';
import { baseUrl, type ProviderSetup } from './setup.ts';
import { watchCall } from './watched-call.ts';

const credentials = z.strictObject({ api_key: apiKey, base_url: baseUrl.optional() });
type Credentials = z.infer<typeof credentials>;

const partsOf = ({ instruction, inputs }: ProviderRequest): Part[] => [
  { text: instruction },
  ...inputs.map(({ contentType, bytes }) => ({
    inlineData: { mimeType: contentType, data: Buffer.from(bytes).toString('base64') },
  })),
];

const configOf = (
  { params, resultSchema }: ProviderRequest,
  output: 'image' | 'json' | 'text',
): GenerateContentConfig => {
  switch (output) {
    case 'image': {
      const { aspect_ratio: aspectRatio } = params;
      return {
        responseModalities: ['IMAGE'],
        ...(typeof aspectRatio === 'string' ? { imageConfig: { aspectRatio } } : {}),
      };
    }
    case 'json':
      return {
        responseMimeType: 'application/json',
        maxOutputTokens,
        ...(resultSchema ? { responseJsonSchema: resultSchema } : {}),
      };
    case 'text':
      return { responseMimeType: 'text/plain', maxOutputTokens };
  }
};

/** Everything is said here: what is left out, the SDK would look for in the environment. */
const clientOf = async ({ api_key, base_url }: Credentials) => {
  const { GoogleGenAI } = await import('@google/genai');
  return new GoogleGenAI({
    apiKey: api_key,
    vertexai: false,
    // Preview models and names like `gemini-flash-latest` are found here alone.
    apiVersion: 'v1beta',
    httpOptions: { baseUrl: base_url ?? 'https://generativelanguage.googleapis.com' },
  });
};

const start = async (setup: Credentials, request: ProviderRequest): Promise<Finished> => {
  const { model, input, signal } = request;
  const { output } = request.tool;
  if (output === 'audio' || output === 'video') throw providerFailure('invalid', { cause: `makes no ${output}` });
  const { arrival, fetch } = watchCall();
  const client = await clientOf(setup);
  const config: GenerateContentConfig = {
    ...configOf(request, output),
    abortSignal: signal,
    // It would send further requests by itself.
    automaticContinuation: false,
    // The SDK merges `extraBody` deeply over the body.
    httpOptions: { fetch, ...(input ? { extraBody: { ...input } } : {}) },
  };
  const contents = [{ role: 'user', parts: partsOf(request) }];
  const body = await client.models.generateContent({ model, contents, config }).catch((thrown: unknown) => {
    throw geminiFailure(thrown, { arrival, signal, key: setup.api_key });
  });
  return readAnswer(body, output);
};

export const gemini: ProviderSetup<Credentials> = {
  credentials,
  create: (setup) => ({ name: 'gemini', start: (request) => start(setup, request) }),
};
