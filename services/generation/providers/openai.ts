/**
 * OpenAI, and whoever speaks as it does: words and JSON by Chat Completions, pictures by the Images API. Gateways make pictures by
 * Chat Completions too.
 */
import * as z from 'zod';
import { apiKey } from './api-key.ts';
import { providerFailure } from './http-failure.ts';
import { chatBody, readChat } from './openai/chat.ts';
import { openaiFailure } from './openai/failure.ts';
import { askForImages, readImages } from './openai/images.ts';
import type { Finished, ProviderRequest } from './provider.ts';
import { baseUrl, type ProviderSetup } from './setup.ts';
import { watchCall } from './watched-call.ts';

const credentials = z.strictObject({
  api_key: apiKey,
  base_url: baseUrl.optional(),
  /** `chat`: pictures come with a chat's message, as gateways send them. */
  images: z.enum(['images-api', 'chat']).default('images-api'),
});
type Credentials = z.infer<typeof credentials>;

/** No function lives longer; the request's signal ends a call before. */
const timeoutMs = 15 * 60_000;

/** Everything is said here: what is left out, the SDK would look for in the environment. */
const clientOf = async ({ api_key, base_url }: Credentials, fetch: ReturnType<typeof watchCall>['fetch']) => {
  const { OpenAI } = await import('openai');
  return new OpenAI({
    apiKey: api_key,
    baseURL: base_url ?? 'https://api.openai.com/v1',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
    fetch,
  });
};

const start = async (setup: Credentials, request: ProviderRequest): Promise<Finished> => {
  const { signal } = request;
  const { output } = request.tool;
  if (output === 'audio' || output === 'video') throw providerFailure('invalid', { cause: `makes no ${output}` });
  const { arrival, fetch } = watchCall();
  const client = await clientOf(setup, fetch);
  const isChat = output !== 'image' || setup.images === 'chat';
  const asked = isChat
    ? client.chat.completions.create(chatBody(request, output), { signal })
    : askForImages(client, request);
  const body = await asked.catch((thrown: unknown) => {
    throw openaiFailure(thrown, { arrival, signal, key: setup.api_key });
  });
  return isChat ? readChat(body, output) : readImages(body);
};

export const openai: ProviderSetup<Credentials> = {
  credentials,
  create: (setup) => ({ name: 'openai', start: (request) => start(setup, request) }),
};
