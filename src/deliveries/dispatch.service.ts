import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { InventoryService } from '../inventory/index.js';
import { DomainError } from '../platform/errors/domain-error.js';
import { Outbox } from '../platform/events/outbox.js';
import { Answer, created, ok, refused } from '../platform/http/answer.js';
import { etagOf } from '../platform/http/index.js';
import { Idempotency, Resume } from '../platform/idempotency/idempotency.js';
import { CARRIERS, type Carriers } from './carriers/index.js';
import {
  CarrierUnavailable,
  DeliveryNotFound,
  DeliveryStateConflict,
  TrackingNumberMissing,
} from './deliveries.errors.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import type { ShipRequest, SplitRequest } from './deliveries.schemas.js';
import { Delivery } from './delivery.entity.js';
import { opened, packed, shipped, split } from './delivery-news.js';
import { DeliveryReader } from './delivery-reader.service.js';
import { mayMove } from './delivery-status.js';

type Booked = { trackingNumber: string } | { refusal: DomainError };

/** What the warehouse does: split, pack, ship. */
@Injectable()
export class DispatchService implements OnModuleInit {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly reader: DeliveryReader,
    private readonly inventory: InventoryService,
    private readonly outbox: Outbox,
    private readonly idempotency: Idempotency,
    @Inject(CARRIERS) private readonly carriers: Carriers,
  ) {}

  onModuleInit(): void {
    this.idempotency.register<Booked>({
      name: 'deliveries.ship',
      call: (resource) => this.book(resource),
      record: (resource, booked) => this.recordBooking(resource, booked),
    });
  }

  /** Answers 201 with the new parcel; quantities are conserved. */
  async split(id: string, request: SplitRequest): Promise<Answer> {
    const delivery = await this.lock(id);
    const part = delivery.split(request.lines, await this.repository.now());
    await this.repository.save(delivery);
    await this.repository.replaceLines(delivery);
    await this.repository.insert([part]);
    this.outbox.add(split(delivery, part));
    this.outbox.add(opened(part));
    const view = await this.reader.read(part.id);
    return created(view, { location: `/v1/deliveries/${part.id}`, etag: etagOf('delivery', part.version) });
  }

  async pack(id: string): Promise<Answer> {
    const delivery = await this.lock(id);
    delivery.pack(await this.repository.now());
    await this.repository.save(delivery);
    this.outbox.add(packed(delivery));
    return this.answer(delivery);
  }

  /** With a tracking number all is done here; without one the carrier books the parcel outside the transaction. */
  async ship(id: string, request: ShipRequest): Promise<Answer | Resume> {
    const delivery = await this.lock(id);
    if (request.trackingNumber) return this.dispatch(delivery, request.carrier, request.trackingNumber);
    if (!this.carriers.get(request.carrier)?.book) throw new TrackingNumberMissing(request.carrier);
    if (!mayMove(delivery.status, 'shipped')) throw new DeliveryStateConflict(delivery.status, 'shipped');
    return { recoveryPoint: 'deliveries.ship', resource: `${request.carrier}:${id}` };
  }

  private async book(resource: string): Promise<Booked> {
    const { carrier, id } = parseResource(resource);
    const delivery = await this.reader.read(id);
    try {
      const booking = await this.carriers.get(carrier)?.book?.({ reference: id, address: delivery.address });
      return booking ?? { refusal: new CarrierUnavailable(carrier) };
    } catch (error) {
      if (error instanceof DomainError) return { refusal: error };
      throw error;
    }
  }

  private async recordBooking(resource: string, booked: Booked): Promise<Answer> {
    if ('refusal' in booked) return refused(booked.refusal);
    const { carrier, id } = parseResource(resource);
    const delivery = await this.lock(id);
    const isRecorded = delivery.carrier === carrier && delivery.trackingNumber === booked.trackingNumber;
    return isRecorded ? this.answer(delivery) : this.dispatch(delivery, carrier, booked.trackingNumber);
  }

  private async dispatch(delivery: Delivery, carrier: string, trackingNumber: string): Promise<Answer> {
    delivery.ship(carrier, trackingNumber, await this.repository.now());
    await this.repository.save(delivery);
    this.outbox.add(shipped(delivery));
    await this.inventory.ship(delivery.orderId, delivery.lines);
    return this.answer(delivery);
  }

  private async lock(id: string): Promise<Delivery> {
    const delivery = await this.repository.lock(id);
    if (!delivery) throw new DeliveryNotFound();
    return delivery;
  }

  private async answer(delivery: Delivery): Promise<Answer> {
    return ok(await this.reader.read(delivery.id), { etag: etagOf('delivery', delivery.version) });
  }
}

function parseResource(resource: string): { carrier: string; id: string } {
  const [carrier = '', id = ''] = resource.split(':');
  return { carrier, id };
}
