/** What an app's secret `tessera/providers/<app>` says of each provider, in the words that all of them share. */
import * as z from 'zod';
import { isPrivateChannel } from '#services/catalog/contracts.ts';
import type { Provider } from './provider.ts';

/** Another address for the same interface: a gateway, a proxy, one's own server. */
export const baseUrl = z.url().refine(isPrivateChannel, 'must be https');

/** How a provider is made of an app's credentials. */
export interface ProviderSetup<Credentials> {
  readonly credentials: z.ZodType<Credentials>;
  create(credentials: Credentials): Provider;
}
