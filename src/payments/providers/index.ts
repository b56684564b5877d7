import type { Config } from '../../platform/config/config.js';
import type { WebhookSignatures } from '../../platform/webhooks/index.js';
import { InvoiceProvider } from './invoice.provider.js';
import type { PaymentProvider } from './provider.js';
import { SandboxGateway } from './sandbox.gateway.js';
import { SandboxProvider } from './sandbox.provider.js';

/** The register: a provider is one file beside this one, its name here and its line below. */
export const providerNames = ['invoice', 'sandbox'] as const;

export type ProviderName = (typeof providerNames)[number];

/** Injected as the map of the providers that this process may use. */
export const PROVIDERS = Symbol('PROVIDERS');

export type Providers = ReadonlyMap<string, PaymentProvider>;

export function makeProviders(config: Config, signatures: WebhookSignatures): Providers {
  const providers: PaymentProvider[] = [new InvoiceProvider()];
  if (config.isSandboxAllowed && config.SANDBOX_URL && config.SANDBOX_WEBHOOK_SECRET) {
    providers.push(
      new SandboxProvider(new SandboxGateway(config.SANDBOX_URL), signatures, [
        config.SANDBOX_WEBHOOK_SECRET,
      ]),
    );
  }
  return new Map(providers.map((provider) => [provider.name, provider]));
}
