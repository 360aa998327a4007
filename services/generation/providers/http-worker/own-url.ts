/** Where one's own worker is. Over http only inside one's own network: what is signed is still read by whoever is on the line. */
import ipaddr from 'ipaddr.js';
import * as z from 'zod';

/** `uniqueLocal` is how IPv6 calls what IPv4 calls private. */
const ownRanges: readonly string[] = ['loopback', 'private', 'uniqueLocal'];

/** By its name, which nobody else can have there, or by its address. */
const isOwnHost = (hostname: string): boolean => {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return ownRanges.includes(ipaddr.process(host).range());
  return /^[a-z0-9_-]+$/.test(host) || /\.(?:internal|local)$/.test(host);
};

const isOwnChannel = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isOwnHost(hostname));
};

export const ownUrl = z.url().refine(isOwnChannel, "must be https, or http inside one's own network");
