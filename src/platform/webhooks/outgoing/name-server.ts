import { lookup, Resolver } from 'node:dns/promises';
import type { Config } from '../../config/config.js';
import type { Resolve } from './address-check.js';

const patience = { timeout: 2000, tries: 2 };

/** A trial also knows the names of this machine's hosts file; elsewhere nothing but the name server is asked. */
export function nameServerOf({ WEBHOOK_ALLOW_PRIVATE }: Config): Resolve {
  if (WEBHOOK_ALLOW_PRIVATE) return (hostname) => lookup(hostname, { all: true });
  return addressesBy(new Resolver(patience));
}

/**
 * Asks over sockets. `lookup` would wait on one of the few threads of the process and cannot be cut off: a dead
 * name server would hold up whatever else needs a name or a file.
 */
export function addressesBy(resolver: Resolver): Resolve {
  return async (hostname) => {
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    if (ipv4.status === 'rejected' && ipv6.status === 'rejected') throw ipv4.reason;
    return [...found(ipv4, 4), ...found(ipv6, 6)];
  };
}

/** Most names have no address in one of the two families, which is an error to the name server. */
function found(answer: PromiseSettledResult<string[]>, family: 4 | 6): { address: string; family: number }[] {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
}
