/** Which IP addresses belong to everybody: what lies in a private network, on this machine or beside it does not. */
import ipaddr from 'ipaddr.js';

/** Cloud platforms answer here from within, though the addresses look like any other. */
const insiders = new Set(['168.63.129.16']);

/** How IPv6 carries an IPv4 address: mapped, or through a NAT64 gateway. What counts is the address inside. */
const carriers: readonly (readonly [ipaddr.IPv6, number])[] = [
  [ipaddr.IPv6.parse('::ffff:0:0'), 96],
  [ipaddr.IPv6.parse('64:ff9b::'), 96],
];

const isPublicV4 = (address: ipaddr.IPv4): boolean =>
  address.range() === 'unicast' && !insiders.has(address.toString());

const isPublicV6 = (address: ipaddr.IPv6): boolean => {
  if (carriers.some(([network, bits]) => address.match(network, bits)))
    return isPublicV4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  // Only 2000::/3 is given out for public use; outside it lie forms such as ::127.0.0.1.
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000 && address.range() === 'unicast';
};

/** False for what is no address at all. */
export const isPublicAddress = (text: string): boolean => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return isPublicV4(ipaddr.IPv4.parse(text));
  return ipaddr.IPv6.isValid(text) && isPublicV6(ipaddr.IPv6.parse(text));
};
