import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { MovementView } from './inventory.schemas.js';
import { mainLocation, Movement } from './movement.js';
import { applyMovements, levelColumns } from './stock-writing.js';
import { StockLevel } from './stock-level.entity.js';

type LevelRow = Pick<StockLevel, 'sku' | 'location' | 'onHand' | 'reserved' | 'version'>;
export type MovementRow = Omit<MovementView, 'movedAt'> & { movedAt: Date };

/** Stock levels and their ledger; what concerns orders is in reservations.repository.ts. */
@Injectable()
export class StockRepository {
  constructor(private readonly database: Database) {}

  /** LAW: rows are locked in the order of (sku, location). */
  async lock(skus: string[]): Promise<StockLevel[]> {
    const rows = await this.database.rows<LevelRow>(
      `select ${levelColumns} from inventory.stock_level s
       where s.sku = any($1) and s.location = $2 order by s.sku, s.location for no key update`,
      [skus, mainLocation],
    );
    return rows.map((row) => StockLevel.of(row));
  }

  /** Writes ledger and levels; the levels are locked and the movements decided. */
  async write(movements: Movement[], actor: string): Promise<StockLevel[]> {
    if (movements.length === 0) return [];
    const rows = await this.database.rows<LevelRow>(`${applyMovements} select * from level`, [
      JSON.stringify(movements),
      actor,
    ]);
    return rows.map((row) => StockLevel.of(row));
  }

  async ofItem(sku: string): Promise<StockLevel | undefined> {
    const sql = `select ${levelColumns} from inventory.stock_level s where s.sku = $1 and s.location = $2`;
    const row = await this.database.row<LevelRow>(sql, [sku, mainLocation]);
    return row && StockLevel.of(row);
  }

  async list(limit: number, afterSku?: string): Promise<StockLevel[]> {
    const rows = await this.database.rows<LevelRow>(
      `select ${levelColumns} from inventory.stock_level s
       where s.location = $1 and ($2::text is null or s.sku > $2) order by s.sku limit $3`,
      [mainLocation, afterSku ?? null, limit],
    );
    return rows.map((row) => StockLevel.of(row));
  }

  /** Newest first. */
  movements(sku: string, limit: number, beforeId?: number): Promise<MovementRow[]> {
    return this.database.rows<MovementRow>(
      `select m.id, m.kind, m.location, m.delta_on_hand as "deltaOnHand", m.delta_reserved as "deltaReserved",
         m.order_id as "orderId", m.order_line_id as "orderLineId", m.reason, m.actor, m.moved_at as "movedAt"
       from inventory.movement m where m.sku = $1 and ($2::bigint is null or m.id < $2) order by m.id desc limit $3`,
      [sku, beforeId ?? null, limit],
    );
  }
}
