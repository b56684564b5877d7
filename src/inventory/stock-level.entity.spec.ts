import { AdjustmentBelowReserved, RecountBelowReserved } from './inventory.errors.js';
import { StockLevel } from './stock-level.entity.js';

const level = (onHand: number, reserved: number): StockLevel =>
  StockLevel.of({ sku: 'MUG', location: 'main', onHand, reserved, version: 1 });
const line = { orderId: 'o', orderLineId: 'l' };

describe('a stock level', () => {
  it('has available what is on hand and not promised', () => {
    expect(level(10, 4).available).toBe(6);
  });

  it('reserves up to what is available and not one more', () => {
    expect(level(10, 4).canReserve(6)).toBe(true);
    expect(level(10, 4).canReserve(7)).toBe(false);
  });

  it.each([
    ['receive', 3, 0],
    ['reserve', 0, 3],
    ['release', 0, -3],
    ['ship', -3, -3],
    ['takeBack', 3, 0],
  ] as const)('%s of 3 units moves on hand by %i and reserved by %i', (verb, deltaOnHand, deltaReserved) => {
    const stock = level(10, 5);
    const moved = stock[verb](3, line);
    expect(moved).toMatchObject({ deltaOnHand, deltaReserved, orderId: 'o', orderLineId: 'l' });
    expect(stock).toMatchObject({ onHand: 10 + deltaOnHand, reserved: 5 + deltaReserved });
  });

  it('takes an adjustment down to what is promised', () => {
    const stock = level(10, 4);
    expect(stock.adjust(-6, 'broken')).toMatchObject({
      kind: 'adjust',
      deltaOnHand: -6,
      deltaReserved: 0,
      reason: 'broken',
    });
    expect(stock.available).toBe(0);
  });

  it('refuses an adjustment below what is promised and names the shortfall', () => {
    const stock = level(10, 4);
    expect(() => stock.adjust(-7, 'broken')).toThrow(AdjustmentBelowReserved);
    expect(() => stock.adjust(-9, 'broken')).toThrow(
      expect.objectContaining({ details: { extensions: { reserved: 4, onHand: 10, shortfall: 3 } } }),
    );
    expect(stock.onHand).toBe(10);
  });

  it('takes the difference of a recount as its movement', () => {
    expect(level(10, 4).recount(7)).toMatchObject({ kind: 'recount', deltaOnHand: -3 });
    expect(level(10, 4).recount(12)).toMatchObject({ kind: 'recount', deltaOnHand: 2 });
    expect(level(10, 4).recount(10).deltaOnHand).toBe(0);
  });

  it('refuses a recount below what is promised and names the shortfall', () => {
    expect(() => level(10, 4).recount(1)).toThrow(RecountBelowReserved);
    expect(() => level(10, 4).recount(1)).toThrow(
      expect.objectContaining({ details: { extensions: { reserved: 4, counted: 1, shortfall: 3 } } }),
    );
  });

  it('never lets a caller break its law, whatever was decided before', () => {
    expect(() => level(10, 4).reserve(7, line)).toThrow('would leave MUG with 10 on hand and 11 reserved');
    expect(() => level(10, 4).release(5, line)).toThrow('would leave MUG');
    expect(() => level(10, 4).ship(5, line)).toThrow('would leave MUG');
  });
});
