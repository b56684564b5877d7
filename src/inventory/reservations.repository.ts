import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { Movement } from './movement.js';
import { Reservation } from './reservation.entity.js';
import { StockLevel } from './stock-level.entity.js';
import { applyMovements } from './stock-writing.js';

type LevelRow = Pick<StockLevel, 'sku' | 'location' | 'onHand' | 'reserved' | 'version'>;
type ReservationRow = Parameters<typeof Reservation.of>[0];

export interface Held {
  reservation: Reservation;
  level: StockLevel;
}

@Injectable()
export class ReservationsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Opens the reservations with their movements. A level without enough units takes nothing and is missing from the
   * answer: for a single line this statement is the whole decision.
   */
  async reserve(movements: Movement[], reservations: Reservation[], actor: string): Promise<StockLevel[]> {
    const rows = await this.database.rows<LevelRow>(
      `${applyMovements},
       reservation as (
         insert into inventory.reservation (order_line_id, location, order_id, sku, quantity, status)
         select r."orderLineId", r.location, r."orderId", r.sku, r.quantity, r.status
         from jsonb_to_recordset($3) as r ("orderLineId" uuid, location text, "orderId" uuid, sku text, quantity int, status text)
         join level l on l.sku = r.sku and l.location = r.location
       )
       select * from level`,
      [JSON.stringify(movements), actor, JSON.stringify(reservations)],
    );
    return rows.map((row) => StockLevel.of(row));
  }

  /** The order's reservations with their levels, all locked in the order of (sku, location); lines narrow it down. */
  async lockOfOrder(orderId: string, orderLineIds?: string[]): Promise<Held[]> {
    const rows = await this.database.rows<{ reservation: ReservationRow; level: LevelRow }>(
      `select jsonb_build_object('orderLineId', r.order_line_id, 'location', r.location, 'orderId', r.order_id, 'sku', r.sku,
           'quantity', r.quantity, 'released', r.released, 'fulfilled', r.fulfilled, 'restocked', r.restocked,
           'status', r.status) as reservation,
         jsonb_build_object('sku', s.sku, 'location', s.location, 'onHand', s.on_hand, 'reserved', s.reserved,
           'version', s.version) as level
       from inventory.reservation r join inventory.stock_level s on s.sku = r.sku and s.location = r.location
       where r.order_id = $1 and ($2::uuid[] is null or r.order_line_id = any($2))
       order by r.sku, r.location, r.order_line_id
       for no key update of r, s`,
      [orderId, orderLineIds ?? null],
    );
    const levels = new Map<string, StockLevel>();
    return rows.map((row) => {
      const id = `${row.level.sku}@${row.level.location}`;
      const level = levels.get(id) ?? StockLevel.of(row.level);
      levels.set(id, level);
      return { reservation: Reservation.of(row.reservation), level };
    });
  }

  /** Writes what was decided of locked reservations, with its movements. */
  async settle(movements: Movement[], reservations: Reservation[], actor: string): Promise<StockLevel[]> {
    const rows = await this.database.rows<LevelRow>(
      `${applyMovements},
       reservation as (
         update inventory.reservation r
         set released = g.released, fulfilled = g.fulfilled, restocked = g.restocked, status = g.status, changed_at = now()
         from jsonb_to_recordset($3) as g ("orderLineId" uuid, location text, released int, fulfilled int, restocked int, status text)
         where r.order_line_id = g."orderLineId" and r.location = g.location
       )
       select * from level`,
      [JSON.stringify(movements), actor, JSON.stringify(reservations)],
    );
    return rows.map((row) => StockLevel.of(row));
  }

  /** Answers how many became committed. */
  async commit(orderId: string): Promise<number> {
    const rows = await this.database.rows(
      `update inventory.reservation set status = 'committed', changed_at = now()
       where order_id = $1 and status = 'active' returning order_line_id`,
      [orderId],
    );
    return rows.length;
  }
}
