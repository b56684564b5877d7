import { stockEventType, stockMoved } from './inventory-news.js';
import { movement } from './movement.js';
import { StockLevel } from './stock-level.entity.js';

const at = { sku: 'MUG', location: 'main' };
const line = { orderId: 'o', orderLineId: 'l' };

describe('news of a stock level', () => {
  it('is depleted when the last unit goes, replenished when the first comes, else changed', () => {
    expect(stockEventType(3, 0)).toBe('stock.depleted');
    expect(stockEventType(0, 3)).toBe('stock.replenished');
    expect(stockEventType(3, 2)).toBe('stock.changed');
    expect(stockEventType(0, 0)).toBe('stock.changed');
  });

  it('is one event per level, however many movements it had', () => {
    const level = StockLevel.of({ ...at, onHand: 10, reserved: 10, version: 4 });
    const movements = [
      movement('reserve', at, 6, line),
      movement('reserve', at, 1, { ...line, orderLineId: 'm' }),
    ];
    expect(stockMoved([level], movements)).toEqual([
      {
        type: 'stock.depleted',
        aggregateId: 'MUG@main',
        sequence: 4,
        key: 'MUG',
        payload: { ...at, version: 4, onHand: 10, reserved: 10, available: 0 },
      },
    ]);
  });
});
