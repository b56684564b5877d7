import type { IncomingHttpHeaders } from 'node:http';
import type { TrackingStatus } from '../delivery-status.js';

export interface ParcelToBook {
  /** Our delivery's id: booking the same reference again answers the same parcel. */
  reference: string;
  address: Record<string, string>;
}

/** One scan of a parcel, in our words and in the carrier's. */
export interface CarrierScan {
  /** The carrier's own id of the scan; each is recorded once. */
  eventId: string;
  trackingNumber: string;
  status: TrackingStatus;
  rawStatus: string;
  scannedAt: Date;
  description: string | null;
  place: string | null;
  estimated?: { from: Date; to: Date };
}

/** What a carrier must be able to do; see docs/how-to/add-a-carrier.md. */
export interface Carrier {
  readonly name: string;
  /** Books a parcel: an outside call, repeatable under the same reference. Absent where people write the tracking number. */
  book?(parcel: ParcelToBook): Promise<{ trackingNumber: string }>;
  /** Proves the signature over the raw body and reads the scan; throws DomainError `signature-invalid`. Absent where the carrier calls nobody. */
  readWebhook?(headers: IncomingHttpHeaders, rawBody: Buffer): CarrierScan;
  /** Where a person follows the parcel. */
  trackingUrl(trackingNumber: string): string | undefined;
}
