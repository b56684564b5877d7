import type { NewEvent } from '../platform/events/domain-event.js';
import type { Item } from './item.entity.js';
import type { Movement } from './movement.js';
import type { StockLevel } from './stock-level.entity.js';

export function itemCreated(item: Item): NewEvent<'item.created'> {
  return { type: 'item.created', ...itemNews(item) };
}

export function itemChanged(item: Item): NewEvent<'item.changed'> {
  return { type: 'item.changed', ...itemNews(item) };
}

type StockEvent = NewEvent<'stock.changed'> | NewEvent<'stock.depleted'> | NewEvent<'stock.replenished'>;

/** One event per level as it was written, its movements summed up. */
export function stockMoved(levels: StockLevel[], movements: Movement[]): StockEvent[] {
  const gains = new Map<string, number>();
  for (const { sku, location, deltaOnHand, deltaReserved } of movements) {
    const id = `${sku}@${location}`;
    gains.set(id, (gains.get(id) ?? 0) + deltaOnHand - deltaReserved);
  }
  return levels.map((level) => {
    const { sku, location, version, onHand, reserved, available } = level;
    const aggregateId = `${sku}@${location}`;
    const availableBefore = available - (gains.get(aggregateId) ?? 0);
    const payload = { sku, location, version, onHand, reserved, available };
    return {
      type: stockEventType(availableBefore, available),
      aggregateId,
      sequence: version,
      key: sku,
      payload,
    };
  });
}

export function stockEventType(availableBefore: number, available: number): StockEvent['type'] {
  if (available === 0 && availableBefore > 0) return 'stock.depleted';
  if (available > 0 && availableBefore === 0) return 'stock.replenished';
  return 'stock.changed';
}

function itemNews(item: Item): Omit<NewEvent<'item.created'>, 'type'> {
  const { sku, version, name, priceMinor, currency, active } = item;
  return {
    aggregateId: sku,
    sequence: version,
    key: sku,
    payload: { sku, version, name, priceMinor, currency, active },
  };
}
