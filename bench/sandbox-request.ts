/** What both engines ask of the sandbox: an analysis as JSON, which costs next to nothing to make. */
import type { ProviderRequest } from '#services/generation/providers/provider.ts';

export const sandboxParams = { conversation: 'Are you coming tonight? I might.', tone: 'witty' } as const;

export const sandboxRequest = (jobId: string): ProviderRequest => ({
  jobId,
  app: 'flirt-studio',
  attempt: 1,
  tool: { id: 'short-chat', type: 'ANALYSIS', output: 'json' },
  model: 'sandbox-1',
  params: sandboxParams,
  worded: sandboxParams,
  instruction: '',
  inputs: [],
  callbackUrl: 'https://example.invalid',
  signal: new AbortController().signal,
});
