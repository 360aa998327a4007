/**
 * Modal: a web endpoint of one's own that keeps the contract of docs/gpu-worker.md. Modal's proxy lets in who shows one of its
 * tokens. https://modal.com/docs/guide/webhook-proxy-auth
 */
import * as z from 'zod';
import { apiKey } from './api-key.ts';
import { signingSecrets } from './http-worker/signature.ts';
import { workerProvider } from './http-worker/worker-provider.ts';
import { baseUrl, type ProviderSetup } from './setup.ts';
import { signingKey } from './standard-webhooks.ts';

const credentials = z.strictObject({
  /** As in `https://<workspace>--<label>.modal.run`. */
  base_url: baseUrl,
  token_id: apiKey,
  token_secret: apiKey,
  /** For its callbacks. Without any, tasks are only asked after. */
  secrets: signingSecrets.default([]),
});
type Credentials = z.infer<typeof credentials>;

export const modal: ProviderSetup<Credentials> = {
  credentials,
  create: ({ base_url, token_id, token_secret, secrets }) =>
    workerProvider({
      name: 'modal',
      baseUrl: base_url,
      keys: secrets.map(signingKey),
      headers: { 'modal-key': token_id, 'modal-secret': token_secret },
      secrets: [token_id, token_secret, ...secrets],
    }),
};
