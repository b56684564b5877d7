import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import type { Owner } from '../platform/auth/principal.js';
import { violatedConstraint } from '../platform/database/database-errors.js';
import { Database } from '../platform/database/database.js';
import type { CarrierScan } from './carriers/carrier.js';
import { TrackingNumberTaken } from './deliveries.errors.js';
import { Delivery, DeliveryLine } from './delivery.entity.js';

type LineRow = DeliveryLine & { deliveryId: string };

/** Every write of this room; reads for people are in delivery-views.repository.ts. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  now(): Promise<Date> {
    return this.database.now();
  }

  async insert(deliveries: Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.database.manager.insert(Delivery, deliveries);
    await this.insertLines(deliveries);
  }

  async lock(id: string): Promise<Delivery | undefined> {
    return (await this.lockWhere({ id }))[0];
  }

  /** All parcels of the order, in the order of their ids, as the lock order asks. */
  lockOfOrder(orderId: string): Promise<Delivery[]> {
    return this.lockWhere({ orderId });
  }

  async lockByTrackingNumber(carrier: string, trackingNumber: string): Promise<Delivery | undefined> {
    return (await this.lockWhere({ carrier, trackingNumber }))[0];
  }

  async save(delivery: Delivery): Promise<void> {
    const { id, version, status, carrier, trackingNumber } = delivery;
    const { estimatedFrom, estimatedTo, packedAt, shippedAt, endedAt } = delivery;
    const change = {
      version,
      status,
      carrier,
      trackingNumber,
      estimatedFrom,
      estimatedTo,
      packedAt,
      shippedAt,
      endedAt,
    };
    try {
      await this.database.manager.update(Delivery, { id }, change);
    } catch (error) {
      if (violatedConstraint(error) === 'delivery_tracking_number') throw new TrackingNumberTaken();
      throw error;
    }
  }

  /** After a split: the lines as the aggregate now has them. */
  async replaceLines(delivery: Delivery): Promise<void> {
    await this.database.rows('delete from deliveries.line where delivery_id = $1', [delivery.id]);
    await this.insertLines([delivery]);
  }

  /** Undefined where the scan is known already; late where the parcel was moved by one that the carrier made after it. */
  insertScan(
    delivery: Delivery,
    carrier: string,
    scan: CarrierScan,
  ): Promise<{ isLate: boolean } | undefined> {
    return this.database.row<{ isLate: boolean }>(
      `insert into deliveries.tracking_event
         (id, delivery_id, carrier, event_id, status, raw_status, description, place, has_moved, scanned_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, false, $9)
       on conflict on constraint tracking_event_once do nothing
       returning exists (
         select from deliveries.tracking_event e where e.delivery_id = $2 and e.has_moved and e.scanned_at > $9
       ) as "isLate"`,
      [
        uuidv7(),
        delivery.id,
        carrier,
        scan.eventId,
        scan.status,
        scan.rawStatus,
        scan.description,
        scan.place,
        scan.scannedAt,
      ],
    );
  }

  async markScanMoved(carrier: string, eventId: string): Promise<void> {
    await this.database.rows(
      'update deliveries.tracking_event set has_moved = true where carrier = $1 and event_id = $2',
      [carrier, eventId],
    );
  }

  async insertEstimate(delivery: Delivery): Promise<void> {
    await this.database.rows(
      `insert into deliveries.estimate (delivery_id, version, estimated_from, estimated_to, revised_at)
       values ($1, $2, $3, $4, now())`,
      [delivery.id, delivery.version, delivery.estimatedFrom, delivery.estimatedTo],
    );
  }

  private async lockWhere(
    where: Partial<Pick<Delivery, 'id' | 'orderId' | 'carrier' | 'trackingNumber'>>,
  ): Promise<Delivery[]> {
    const deliveries = await this.database.manager
      .createQueryBuilder(Delivery, 'delivery')
      .where(where)
      .orderBy('delivery.id')
      .setLock('for_no_key_update')
      .getMany();
    const lines = await this.linesOf(deliveries.map((delivery) => delivery.id));
    for (const delivery of deliveries) delivery.lines = lines.get(delivery.id) ?? [];
    return deliveries;
  }

  private async linesOf(deliveryIds: string[]): Promise<Map<string, DeliveryLine[]>> {
    const rows = await this.database.rows<LineRow>(
      `select delivery_id as "deliveryId", order_line_id as "orderLineId", sku, name, quantity
       from deliveries.line where delivery_id = any($1) order by order_line_id`,
      [deliveryIds],
    );
    const lines = new Map<string, DeliveryLine[]>();
    for (const { deliveryId, ...line } of rows)
      lines.set(deliveryId, [...(lines.get(deliveryId) ?? []), line]);
    return lines;
  }

  private async insertLines(deliveries: Delivery[]): Promise<void> {
    const rows = deliveries.flatMap((delivery) =>
      delivery.lines.map((line) => ({ deliveryId: delivery.id, ...line })),
    );
    await this.database.rows(
      `insert into deliveries.line (delivery_id, order_line_id, sku, name, quantity)
       select "deliveryId", "orderLineId", sku, name, quantity
       from jsonb_to_recordset($1::jsonb) as row ("deliveryId" uuid, "orderLineId" uuid, sku text, name text, quantity int)`,
      [JSON.stringify(rows)],
    );
  }
}

/** The owner as a condition on `d`, its parameters numbered from `from`. */
export function ownedBy(owner: Owner, from: number): { condition: string; parameters: unknown[] } {
  switch (owner.kind) {
    case 'any':
      return { condition: 'true', parameters: [] };
    case 'guest':
      return { condition: `d.order_id = $${from}`, parameters: [owner.orderId ?? null] };
    case 'customer':
      return { condition: `d.customer_id = $${from}`, parameters: [owner.customerId] };
  }
}
