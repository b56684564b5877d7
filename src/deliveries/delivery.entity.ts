import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { DeliveryStateConflict, SplitNotPossible } from './deliveries.errors.js';
import { type DeliveryStatus, endedStatuses, mayMove } from './delivery-status.js';

/** Units of one order line in one parcel. */
export interface DeliveryLine {
  orderLineId: string;
  sku: string;
  name: string;
  quantity: number;
}

export interface UnitsOfLine {
  orderLineId: string;
  quantity: number;
}

/** Where the parcel goes; personal data, kept in this column alone. */
export type DeliveryAddress = Record<string, string>;

/** One parcel of an order. One transition raises the version by one. */
@Entity({ schema: 'deliveries', name: 'delivery' })
export class Delivery {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'order_id' }) orderId: string;
  @Column('text', { name: 'customer_id', nullable: true }) customerId: string | null;
  @Column('int') version: number;
  @Column('text') status: DeliveryStatus;
  @Column('jsonb') address: DeliveryAddress;
  @Column('text', { nullable: true }) carrier: string | null;
  @Column('text', { name: 'tracking_number', nullable: true }) trackingNumber: string | null;
  @Column('timestamptz', { name: 'estimated_from', nullable: true }) estimatedFrom: Date | null;
  @Column('timestamptz', { name: 'estimated_to', nullable: true }) estimatedTo: Date | null;
  @Column('timestamptz', { name: 'opened_at' }) openedAt: Date;
  @Column('timestamptz', { name: 'packed_at', nullable: true }) packedAt: Date | null;
  @Column('timestamptz', { name: 'shipped_at', nullable: true }) shippedAt: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  /** Stored in deliveries.line. */
  lines: DeliveryLine[];

  static open(of: Pick<Delivery, 'orderId' | 'customerId' | 'address' | 'lines'>, now: Date): Delivery {
    const none = { carrier: null, trackingNumber: null, estimatedFrom: null, estimatedTo: null };
    const times = { openedAt: now, packedAt: null, shippedAt: null, endedAt: null };
    const start = { id: uuidv7(), version: 1, status: 'pending' as const };
    return Object.assign(new Delivery(), { ...none, ...times, ...of, ...start });
  }

  pack(now: Date): void {
    this.move('packed');
    this.packedAt = now;
  }

  ship(carrier: string, trackingNumber: string, now: Date): void {
    this.move('shipped');
    this.carrier = carrier;
    this.trackingNumber = trackingNumber;
    this.shippedAt = now;
  }

  cancel(now: Date): void {
    this.move('canceled');
    this.endedAt = now;
  }

  /** A carrier's fact is never refused: where it is late or no step forward it only raises the version. Answers whether it moved. */
  track(scanned: DeliveryStatus, now: Date, isLate = false): boolean {
    // An end is an end whenever it is told; any other late scan would take the parcel back to where it was.
    const isPast = isLate && !endedStatuses.includes(scanned);
    if (isPast || !mayMove(this.status, scanned)) {
      this.version += 1;
      return false;
    }
    this.move(scanned);
    if (scanned === 'delivered' || scanned === 'returned') this.endedAt = now;
    return true;
  }

  /** Answers whether the window is another one than before. */
  estimate(from: Date, to: Date): boolean {
    const isSame =
      this.estimatedFrom?.getTime() === from.getTime() && this.estimatedTo?.getTime() === to.getTime();
    if (isSame) return false;
    this.estimatedFrom = from;
    this.estimatedTo = to;
    this.version += 1;
    return true;
  }

  /** Takes units out into a delivery of their own; what is left and what is taken add up to what was there. */
  split(units: UnitsOfLine[], now: Date): Delivery {
    if (this.status !== 'pending' && this.status !== 'packed')
      throw new DeliveryStateConflict(this.status, 'split');
    const wanted = new Map(units.map((unit) => [unit.orderLineId, unit.quantity]));
    if (wanted.size !== units.length) throw new SplitNotPossible('an order line is named twice');
    const taken: DeliveryLine[] = [];
    for (const [orderLineId, quantity] of wanted) {
      const line = this.lines.find((each) => each.orderLineId === orderLineId);
      if (!line || line.quantity < quantity)
        throw new SplitNotPossible(`order line ${orderLineId} has fewer than ${quantity} units here`);
      taken.push({ ...line, quantity });
    }
    const left = this.lines.map((line) => ({
      ...line,
      quantity: line.quantity - (wanted.get(line.orderLineId) ?? 0),
    }));
    if (!left.some((line) => line.quantity > 0)) throw new SplitNotPossible('at least one unit must stay');
    this.lines = left.filter((line) => line.quantity > 0);
    this.version += 1;
    const { orderId, customerId, address } = this;
    const part = Delivery.open({ orderId, customerId, address, lines: taken }, now);
    part.status = this.status;
    part.packedAt = this.packedAt;
    return part;
  }

  private move(to: DeliveryStatus): void {
    if (!mayMove(this.status, to)) throw new DeliveryStateConflict(this.status, to.replaceAll('_', ' '));
    this.status = to;
    this.version += 1;
  }
}
