import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { DomainError } from '../../platform/errors/domain-error.js';
import type { WebhookSignatures } from '../../platform/webhooks/index.js';
import { CarrierUnavailable } from '../deliveries.errors.js';
import type { TrackingStatus } from '../delivery-status.js';
import type { Carrier, CarrierScan, ParcelToBook } from './carrier.js';

const booking = z.object({ trackingNumber: z.string().min(1) });
const scanBody = z.object({
  eventId: z.string().min(1),
  trackingNumber: z.string().min(1),
  code: z.string().min(1),
  scannedAt: z.coerce.date(),
  description: z.string().nullish(),
  place: z.string().nullish(),
  estimated: z.object({ from: z.coerce.date(), to: z.coerce.date() }).nullish(),
});

/** The counterpart's codes; an unknown one is an exception that a person looks at, never lost. */
const meanings: Readonly<Record<string, TrackingStatus>> = {
  'PICKED-UP': 'in_transit',
  'AT-HUB': 'in_transit',
  'ON-VAN': 'out_for_delivery',
  'AT-SHOP': 'available_for_pickup',
  'NOBODY-HOME': 'attempt_failed',
  DAMAGED: 'exception',
  'GOING-BACK': 'returning',
  'HANDED-OVER': 'delivered',
  'BACK-AT-SENDER': 'returned',
  MISSING: 'lost',
};

export interface SandboxCarrierSettings {
  url: string;
  timeoutMs: number;
  secrets: string[];
}

/** Moves parcels that do not exist, by signed webhooks, at the configured pace. */
export class SandboxCarrier implements Carrier {
  readonly name = 'sandbox';

  constructor(
    private readonly settings: SandboxCarrierSettings,
    private readonly signatures: WebhookSignatures,
  ) {}

  async book(parcel: ParcelToBook): Promise<{ trackingNumber: string }> {
    const response = await this.post(JSON.stringify(parcel));
    const parsed = booking.safeParse(response);
    if (!parsed.success) throw new CarrierUnavailable(this.name);
    return parsed.data;
  }

  readWebhook(headers: IncomingHttpHeaders, rawBody: Buffer): CarrierScan {
    this.signatures.verify({ headers, body: rawBody, secrets: this.settings.secrets });
    const parsed = scanBody.safeParse(parseJson(rawBody));
    if (!parsed.success)
      throw new DomainError('malformed', 'webhook-malformed', 'the scan is not as documented');
    const { code, estimated, description, place, ...scan } = parsed.data;
    return {
      ...scan,
      status: meanings[code] ?? 'exception',
      rawStatus: code,
      description: description ?? null,
      place: place ?? null,
      ...(estimated ? { estimated } : {}),
    };
  }

  trackingUrl(): undefined {
    return undefined;
  }

  private async post(body: string): Promise<unknown> {
    try {
      const response = await fetch(`${this.settings.url}/carrier/parcels`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(this.settings.timeoutMs),
      });
      if (!response.ok) throw new CarrierUnavailable(this.name);
      return await response.json();
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new CarrierUnavailable(this.name);
    }
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new DomainError('malformed', 'webhook-malformed', 'the body is not JSON');
  }
}
