/** One's own GPU worker behind HTTP: docs/gpu-worker.md. Both sides sign what they send with a shared secret. */
import * as z from 'zod';
import { ownUrl } from './http-worker/own-url.ts';
import { signingSecrets } from './http-worker/signature.ts';
import { workerProvider } from './http-worker/worker-provider.ts';
import type { ProviderSetup } from './setup.ts';
import { signingKey } from './standard-webhooks.ts';

const credentials = z.strictObject({
  base_url: ownUrl,
  secrets: signingSecrets.min(1),
});
type Credentials = z.infer<typeof credentials>;

export const httpWorker: ProviderSetup<Credentials> = {
  credentials,
  create: ({ base_url, secrets }) =>
    workerProvider({
      name: 'http-worker',
      baseUrl: base_url,
      keys: secrets.map(signingKey),
      headers: {},
      secrets,
    }),
};
