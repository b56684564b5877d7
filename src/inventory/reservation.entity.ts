import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ReservationConflict } from './inventory.errors.js';
import { mainLocation } from './movement.js';
import { mayMove, openStatuses, type ReservationStatus } from './reservation-status.js';

/** Units of one order line at one location: quantity = open + released + fulfilled, and of the fulfilled some may come back. */
@Entity({ schema: 'inventory', name: 'reservation' })
export class Reservation {
  @PrimaryColumn('uuid', { name: 'order_line_id' }) orderLineId: string;
  @PrimaryColumn('text') location: string;
  @Column('uuid', { name: 'order_id' }) orderId: string;
  @Column('text') sku: string;
  @Column('int') quantity: number;
  @Column('int') released: number;
  @Column('int') fulfilled: number;
  @Column('int') restocked: number;
  @Column('text') status: ReservationStatus;

  static open(orderId: string, line: { orderLineId: string; sku: string; quantity: number }): Reservation {
    const { orderLineId, sku, quantity } = line;
    const none = { released: 0, fulfilled: 0, restocked: 0 };
    return Object.assign(new Reservation(), none, {
      orderId,
      orderLineId,
      sku,
      quantity,
      location: mainLocation,
      status: 'active',
    });
  }

  static of(row: Omit<Reservation, 'openUnits' | 'isOpen' | 'release' | 'fulfil' | 'restock'>): Reservation {
    return Object.assign(new Reservation(), row);
  }

  /** Units still promised and still on the shelf. */
  get openUnits(): number {
    return this.quantity - this.released - this.fulfilled;
  }

  get isOpen(): boolean {
    return openStatuses.includes(this.status);
  }

  release(units: number): void {
    if (units > this.openUnits) throw new ReservationConflict(this, `release ${units} units`);
    this.released += units;
    this.endWhenEmpty();
  }

  fulfil(units: number): void {
    if (this.status !== 'committed' || units > this.openUnits)
      throw new ReservationConflict(this, `ship ${units} units`);
    this.fulfilled += units;
    this.endWhenEmpty();
  }

  /** Units that were shipped and are back on the shelf. */
  restock(units: number): void {
    if (units > this.fulfilled - this.restocked)
      throw new ReservationConflict(this, `take back ${units} units`);
    this.restocked += units;
  }

  private endWhenEmpty(): void {
    if (this.openUnits > 0) return;
    const end = this.fulfilled > 0 ? 'fulfilled' : 'released';
    if (!mayMove(this.status, end)) throw new ReservationConflict(this, `be ${end}`);
    this.status = end;
  }
}
