import { Inject, Injectable } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { InventoryService } from '../inventory/index.js';
import { Transaction } from '../platform/database/transaction.js';
import { Outbox } from '../platform/events/outbox.js';
import { Answer, created, noContent, ok } from '../platform/http/answer.js';
import { etagOf } from '../platform/http/index.js';
import { CARRIERS, type Carriers } from './carriers/index.js';
import { CarrierScan } from './carriers/carrier.js';
import { DeliveryNotFound, DeliveryStateConflict, ParcelUnknown } from './deliveries.errors.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import type { EstimateRequest, ScanRequest } from './deliveries.schemas.js';
import { Delivery } from './delivery.entity.js';
import { estimateChanged, tracked } from './delivery-news.js';
import { DeliveryReader } from './delivery-reader.service.js';
import { unshippedStatuses } from './delivery-status.js';

/** What happens to a parcel on its way. */
@Injectable()
export class TrackingService {
  constructor(
    private readonly transaction: Transaction,
    private readonly repository: DeliveriesRepository,
    private readonly reader: DeliveryReader,
    private readonly inventory: InventoryService,
    private readonly outbox: Outbox,
    @Inject(CARRIERS) private readonly carriers: Carriers,
  ) {}

  /** A carrier's signed scan: recorded once, whatever is sent again. */
  async receive(carrierName: string, headers: IncomingHttpHeaders, rawBody: Buffer): Promise<Answer> {
    const carrier = this.carriers.get(carrierName);
    if (!carrier?.readWebhook) throw new DeliveryNotFound();
    const scan = carrier.readWebhook(headers, rawBody);
    await this.transaction.run(async () => {
      const delivery = await this.repository.lockByTrackingNumber(carrier.name, scan.trackingNumber);
      if (!delivery) throw new ParcelUnknown();
      await this.record(delivery, carrier.name, scan);
    });
    return noContent();
  }

  /** A scan that a person reports. */
  async report(id: string, request: ScanRequest): Promise<Answer> {
    const delivery = await this.lock(id);
    if (unshippedStatuses.includes(delivery.status) || !delivery.carrier)
      throw new DeliveryStateConflict(delivery.status, 'tracked');
    const scan: CarrierScan = {
      ...request,
      trackingNumber: delivery.trackingNumber ?? '',
      scannedAt: new Date(request.scannedAt),
      description: request.description ?? null,
      place: request.place ?? null,
    };
    await this.record(delivery, delivery.carrier, scan);
    return created(await this.reader.read(id), {
      location: `/v1/deliveries/${id}`,
      etag: etagOf('delivery', delivery.version),
    });
  }

  async estimate(id: string, request: EstimateRequest): Promise<Answer> {
    const delivery = await this.lock(id);
    await this.reviseEstimate(delivery, new Date(request.estimatedFrom), new Date(request.estimatedTo));
    await this.repository.save(delivery);
    return ok(await this.reader.read(id), { etag: etagOf('delivery', delivery.version) });
  }

  private async record(delivery: Delivery, carrier: string, scan: CarrierScan): Promise<void> {
    const inserted = await this.repository.insertScan(delivery, carrier, scan);
    if (!inserted) return;
    const hasMoved = delivery.track(scan.status, await this.repository.now(), inserted.isLate);
    if (hasMoved) await this.repository.markScanMoved(carrier, scan.eventId);
    this.outbox.add(tracked(delivery, scan, hasMoved));
    if (scan.estimated) await this.reviseEstimate(delivery, scan.estimated.from, scan.estimated.to);
    await this.repository.save(delivery);
    // The parcel is back in the warehouse, so its units can be sold again.
    if (hasMoved && delivery.status === 'returned')
      await this.inventory.restock(delivery.orderId, delivery.lines);
  }

  /** The caller saves the delivery. */
  private async reviseEstimate(delivery: Delivery, from: Date, to: Date): Promise<void> {
    if (!delivery.estimate(from, to)) return;
    await this.repository.insertEstimate(delivery);
    this.outbox.add(estimateChanged(delivery, from, to));
  }

  private async lock(id: string): Promise<Delivery> {
    const delivery = await this.repository.lock(id);
    if (!delivery) throw new DeliveryNotFound();
    return delivery;
  }
}
