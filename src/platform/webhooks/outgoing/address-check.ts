import { Inject, Injectable } from '@nestjs/common';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { CONFIG, type Config } from '../../config/config.js';
import { Transaction } from '../../database/transaction.js';
import { isPublicAddress, literalAddress } from './public-address.js';

/** Asks for all addresses of a name; the tests' way to be a name server that changes its mind. */
export const RESOLVE = Symbol('RESOLVE');
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/** The name led into a network that is none of the caller's business. */
export class AddressRefused extends Error {}

/** Keeps outgoing webhooks out of private networks, when an endpoint is registered and again at every connection. */
@Injectable()
export class AddressCheck {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly transaction: Transaction,
    @Inject(RESOLVE) private readonly resolve: Resolve,
  ) {}

  /** @throws AddressRefused, and the resolver's error for a name without an address */
  async check(hostname: string): Promise<void> {
    this.checkLiteral(hostname);
    if (literalAddress(hostname) === undefined) await this.addressesOf(hostname);
  }

  /** Node connects to an address that stands in the URL without asking `lookup`. @throws AddressRefused */
  checkLiteral(hostname: string): void {
    const literal = literalAddress(hostname);
    if (literal !== undefined) this.refusePrivate([{ address: literal }]);
  }

  /** For a connection: the addresses that were checked are the ones that are connected to, so a second answer of the name server is never asked for. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.addressesOf(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true || !first) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

  private async addressesOf(hostname: string): Promise<LookupAddress[]> {
    this.transaction.refuseInside('a question to the name server');
    const addresses = await this.resolve(hostname);
    this.refusePrivate(addresses);
    return addresses;
  }

  /** One bad address among several is enough: nobody chooses which of them a connection takes. */
  private refusePrivate(addresses: readonly { address: string }[]): void {
    if (this.config.WEBHOOK_ALLOW_PRIVATE) return;
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      throw new AddressRefused('the host is not on the open Internet');
  }
}
