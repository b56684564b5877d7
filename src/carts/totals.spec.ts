import fc from 'fast-check';
import { TotalTooLarge } from './carts.errors.js';
import { pricedLine, priceLine, sumUp, totalsSchema } from './totals.js';

it('prices a line as unit price times quantity', () => {
  expect(priceLine(255, 6)).toEqual({
    unitPrice: 255,
    quantity: 6,
    subtotal: 1530,
    discount: 0,
    tax: 0,
    total: 1530,
  });
});

it('adds up to the lines’ totals plus shipping, in integers', () => {
  const prices = fc.tuple(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 1, max: 100_000 }));
  fc.assert(
    fc.property(fc.array(prices, { maxLength: 50 }), (given) => {
      const lines = given.map(([unitPrice, quantity]) => priceLine(unitPrice, quantity));
      const totals = sumUp(lines, 'GBP', true);
      expect(totals.total).toBe(lines.reduce((sum, line) => sum + line.total, 0) + totals.shipping);
      expect(totalsSchema.safeParse(totals).success).toBe(true);
      expect(lines.every((line) => pricedLine.safeParse(line).success)).toBe(true);
    }),
  );
});

it('refuses amounts that JSON cannot carry exactly', () => {
  expect(() => priceLine(Number.MAX_SAFE_INTEGER, 2)).toThrow(TotalTooLarge);
  const largest = priceLine(Number.MAX_SAFE_INTEGER, 1);
  expect(sumUp([largest], 'GBP', true).total).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => sumUp([largest, priceLine(1, 1)], 'GBP', true)).toThrow(TotalTooLarge);
});
