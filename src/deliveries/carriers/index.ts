import { type Config } from '../../platform/config/config.js';
import type { WebhookSignatures } from '../../platform/webhooks/index.js';
import { type Carrier } from './carrier.js';
import { ManualCarrier } from './manual.carrier.js';
import { SandboxCarrier } from './sandbox.carrier.js';

/** The register: a carrier is one file beside this one and its name here. */
export const carrierNames = ['manual', 'sandbox'] as const;

export type CarrierName = (typeof carrierNames)[number];

/** Injected as the map of the carriers that this process may use. */
export const CARRIERS = Symbol('CARRIERS');

export type Carriers = ReadonlyMap<string, Carrier>;

export function makeCarriers(config: Config, signatures: WebhookSignatures): Carriers {
  const carriers: Carrier[] = [new ManualCarrier()];
  if (config.SANDBOX_URL && config.SANDBOX_WEBHOOK_SECRET) {
    const settings = {
      url: config.SANDBOX_URL,
      timeoutMs: config.PAYMENT_TIMEOUT_MS,
      secrets: [config.SANDBOX_WEBHOOK_SECRET],
    };
    carriers.push(new SandboxCarrier(settings, signatures));
  }
  return new Map(carriers.map((carrier) => [carrier.name, carrier]));
}
