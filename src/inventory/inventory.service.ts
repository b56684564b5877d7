import { Injectable } from '@nestjs/common';
import { Outbox } from '../platform/events/outbox.js';
import { failPoint } from '../platform/faults/fail-point.js';
import { currentActor } from '../platform/http/request-context.js';
import { NothingReserved, OutOfStock, ReservationNotFound, ShortLine } from './inventory.errors.js';
import { stockMoved } from './inventory-news.js';
import { ItemViewsRepository } from './item-views.repository.js';
import { Movement, movement } from './movement.js';
import { Reservation } from './reservation.entity.js';
import { Held, ReservationsRepository } from './reservations.repository.js';
import { StockLevel } from './stock-level.entity.js';
import { StockRepository } from './stock.repository.js';

/** Today's price and shelf of an item, for pricing; unknown skus have no quote. */
export interface Quote {
  sku: string;
  name: string;
  unitPriceMinor: number;
  currency: string;
  isActive: boolean;
  available: number;
}

export interface LineToReserve {
  orderLineId: string;
  sku: string;
  quantity: number;
}

export interface UnitsOfLine {
  orderLineId: string;
  quantity: number;
}

/**
 * What other rooms may ask of the stock, each inside the caller's transaction. A write raises each level's version once
 * and tells one event per level; the number of statements does not depend on the number of lines.
 */
@Injectable()
export class InventoryService {
  constructor(
    private readonly items: ItemViewsRepository,
    private readonly stock: StockRepository,
    private readonly reservations: ReservationsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Prices as they are now; `at.at` is the day of dated prices, which there are none of yet. */
  quote(skus: string[], at: { currency: string; at?: Date }): Promise<Quote[]> {
    return this.items.quote(skus, at.currency);
  }

  /** Promises the units to the order, all or nothing; throws OutOfStock with every short line. */
  async reserve(orderId: string, lines: LineToReserve[]): Promise<void> {
    const reservations = lines.map((line) => Reservation.open(orderId, line));
    const isReserved = reservations.length === 1 && (await this.reserveAtOnce(reservations));
    if (!isReserved) await this.reserveLocked(reservations);
    await failPoint('after-reserve');
  }

  /** The order is confirmed: its promises last until they are shipped or given back. */
  async commit(orderId: string): Promise<void> {
    if ((await this.reservations.commit(orderId)) === 0) throw new NothingReserved(orderId);
  }

  /** Gives units back to the shelf; without lines, whatever the order still holds. */
  async release(orderId: string, lines?: UnitsOfLine[]): Promise<void> {
    const held = await this.hold(orderId, lines);
    const movements: Movement[] = [];
    for (const { reservation, level, units } of held) {
      if (units === 0) continue;
      reservation.release(units);
      movements.push(level.release(units, reservation));
    }
    await this.settle(held, movements);
  }

  /** The units leave the shelf; throws ReservationConflict where they are not committed to the order. */
  async ship(orderId: string, lines: UnitsOfLine[]): Promise<void> {
    const held = await this.hold(orderId, lines);
    const movements = held.map(({ reservation, level, units }) => {
      reservation.fulfil(units);
      return level.ship(units, reservation);
    });
    await this.settle(held, movements);
  }

  /** Shipped units are back on the shelf, for anyone to buy. */
  async restock(orderId: string, lines: UnitsOfLine[]): Promise<void> {
    const held = await this.hold(orderId, lines);
    const movements = held.map(({ reservation, level, units }) => {
      reservation.restock(units);
      return level.takeBack(units, reservation);
    });
    await this.settle(held, movements);
  }

  /** One conditional statement takes the units or takes nothing. */
  private async reserveAtOnce(reservations: Reservation[]): Promise<boolean> {
    const movements = reservations.map((reservation) =>
      movement('reserve', reservation, reservation.quantity, reservation),
    );
    const levels = await this.reservations.reserve(movements, reservations, currentActor());
    if (levels.length === 0) return false;
    this.tell(levels, movements);
    return true;
  }

  private async reserveLocked(reservations: Reservation[]): Promise<void> {
    const levels = new Map(
      (await this.stock.lock(reservations.map(({ sku }) => sku))).map((level) => [level.sku, level]),
    );
    const short = shortLines(reservations, levels);
    if (short.length > 0) throw new OutOfStock(short);
    const movements = reservations.flatMap(
      (each) => levels.get(each.sku)?.reserve(each.quantity, each) ?? [],
    );
    this.tell(await this.reservations.reserve(movements, reservations, currentActor()), movements);
  }

  /** Locks what is named (all of the order where nothing is) and pairs it with its units; a line named twice counts with both. */
  private async hold(orderId: string, lines?: UnitsOfLine[]): Promise<(Held & { units: number })[]> {
    if (!lines) {
      const held = await this.reservations.lockOfOrder(orderId);
      return held.map((each) => ({ ...each, units: each.reservation.openUnits }));
    }
    const wanted = new Map<string, number>();
    for (const line of lines)
      wanted.set(line.orderLineId, (wanted.get(line.orderLineId) ?? 0) + line.quantity);
    const held = await this.reservations.lockOfOrder(orderId, [...wanted.keys()]);
    const found = new Set(held.map(({ reservation }) => reservation.orderLineId));
    const missing = [...wanted.keys()].filter((orderLineId) => !found.has(orderLineId));
    if (missing.length > 0) throw new ReservationNotFound(missing);
    return held.map((each) => ({ ...each, units: wanted.get(each.reservation.orderLineId) ?? 0 }));
  }

  private async settle(held: Held[], movements: Movement[]): Promise<void> {
    if (movements.length === 0) return;
    const reservations = held.map(({ reservation }) => reservation);
    this.tell(await this.reservations.settle(movements, reservations, currentActor()), movements);
  }

  private tell(levels: StockLevel[], movements: Movement[]): void {
    const expected = new Set(movements.map(({ sku, location }) => `${sku}@${location}`)).size;
    if (levels.length !== expected)
      throw new Error(`${expected} locked stock levels were decided and ${levels.length} written`);
    this.outbox.add(...stockMoved(levels, movements));
  }
}

/** Per sku, because two lines may ask for the same one. */
function shortLines(wanted: Reservation[], levels: Map<string, StockLevel>): ShortLine[] {
  const requested = new Map<string, number>();
  for (const { sku, quantity } of wanted) requested.set(sku, (requested.get(sku) ?? 0) + quantity);
  return [...requested]
    .filter(([sku, units]) => !levels.get(sku)?.canReserve(units))
    .map(([sku, units]) => ({ sku, requested: units, available: levels.get(sku)?.available ?? 0 }));
}
