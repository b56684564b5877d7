import { Column, Entity, PrimaryColumn } from 'typeorm';
import { AdjustmentBelowReserved, RecountBelowReserved } from './inventory.errors.js';
import { Movement, movement, MovementKind, MovementReference } from './movement.js';

/**
 * The units of one item at one location. Each method answers with the movement that the caller writes to the ledger; the
 * version rises by one per write, however many movements it has.
 */
@Entity({ schema: 'inventory', name: 'stock_level' })
export class StockLevel {
  @PrimaryColumn('text') sku: string;
  @PrimaryColumn('text') location: string;
  @Column('bigint', { name: 'on_hand' }) onHand: number;
  /** Promised to orders, paid or not, and not yet shipped. */
  @Column('bigint') reserved: number;
  /** 0 for a level that never moved. */
  @Column('int') version: number;

  static of(figures: Pick<StockLevel, 'sku' | 'location' | 'onHand' | 'reserved' | 'version'>): StockLevel {
    return Object.assign(new StockLevel(), figures);
  }

  get available(): number {
    return this.onHand - this.reserved;
  }

  receive(units: number, reference: MovementReference = {}): Movement {
    return this.move('receive', units, reference);
  }

  /** Throws AdjustmentBelowReserved where fewer units would be left than are promised. */
  adjust(delta: number, reason: string): Movement {
    const shortfall = -(this.available + delta);
    if (shortfall > 0)
      throw new AdjustmentBelowReserved({ reserved: this.reserved, onHand: this.onHand, shortfall });
    return this.move('adjust', delta, { reason });
  }

  /** Throws RecountBelowReserved where fewer units were counted than are promised. */
  recount(counted: number, reference: MovementReference = {}): Movement {
    const shortfall = this.reserved - counted;
    if (shortfall > 0) throw new RecountBelowReserved({ reserved: this.reserved, counted, shortfall });
    return this.move('recount', counted - this.onHand, reference);
  }

  canReserve(units: number): boolean {
    return units <= this.available;
  }

  reserve(units: number, reference: MovementReference): Movement {
    return this.move('reserve', units, reference);
  }

  release(units: number, reference: MovementReference): Movement {
    return this.move('release', units, reference);
  }

  ship(units: number, reference: MovementReference): Movement {
    return this.move('ship', units, reference);
  }

  takeBack(units: number, reference: MovementReference): Movement {
    return this.move('return', units, reference);
  }

  private move(kind: MovementKind, units: number, reference: MovementReference): Movement {
    const moved = movement(kind, this, units, reference);
    const onHand = this.onHand + moved.deltaOnHand;
    const reserved = this.reserved + moved.deltaReserved;
    if (reserved < 0 || reserved > onHand) {
      throw new Error(
        `${kind} of ${units} would leave ${this.sku} with ${onHand} on hand and ${reserved} reserved`,
      );
    }
    this.onHand = onHand;
    this.reserved = reserved;
    return moved;
  }
}
