/** Where messages may be sent: to public addresses by https, and to the hosts that the deployment names. */
import { isIP } from 'node:net';
import { isPublicAddress } from '#shared/net/public-address.ts';
import type { TrustsHost } from '#shared/net/public-http.ts';

/**
 * What is wrong with an address, as far as it shows without asking for its name; nothing if it may do. What a name stands for
 * is looked at with every attempt.
 */
export const addressFault = (text: string, trusts: TrustsHost): string | undefined => {
  if (!URL.canParse(text)) return 'is no URL';
  const url = new URL(text);
  if (url.username || url.password) return 'holds credentials';
  if (url.hash) return 'has a fragment, which is never sent';
  if (trusts(url) && /^https?:$/.test(url.protocol)) return undefined;
  if (url.protocol !== 'https:') return 'must begin with https';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) && !isPublicAddress(host) ? 'is no public address' : undefined;
};
