import type { Carrier } from './carrier.js';

/** Any carrier without a connection: people write its tracking number and its scans. */
export class ManualCarrier implements Carrier {
  readonly name = 'manual';

  trackingUrl(): undefined {
    return undefined;
  }
}
