import ipaddr from 'ipaddr.js';

/** Where the Internet's own IPv6 addresses are; what translates to IPv4 (mapped, NAT64, 6to4, Teredo) is refused whatever it hides. */
const globalIpv6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether the address is one of the open Internet: no loopback, no private or link-local network, no metadata service. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(globalIpv6);
}

/** The address that a URL's host is, without brackets; undefined for a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(bare) ? bare : undefined;
}
