import fc from 'fast-check';
import { Cart } from './cart.entity.js';
import type { LineToAdd } from './cart-line.js';
import { CartAlreadyOrdered } from './carts.errors.js';

const otherAddress = {
  name: 'A Guest',
  line1: '2 Low Street',
  city: 'Leeds',
  postalCode: 'LS1 1AA',
  country: 'GB',
};

const wanted = (...of: [sku: string, quantity: number][]): LineToAdd[] =>
  of.map(([sku, quantity], index) => ({ sku, quantity, unitPriceMinor: 100, index }));

const open = (lines: LineToAdd[] = [], customerId: string | null = null): Cart =>
  loaded(Cart.open({ customerId, currency: 'GBP', lines }));

/** As the repository would give it: nothing new yet. */
function loaded(cart: Cart): Cart {
  cart.news.length = 0;
  cart.changes.clear();
  return cart;
}

const units = (cart: Cart): Record<string, number> =>
  Object.fromEntries(cart.lines.map(({ sku, quantity }) => [sku, quantity]));
const told = (cart: Cart): [string, number][] =>
  cart.news.map(({ type, payload }) => [type, payload.version]);
const many = (count: number): LineToAdd[] =>
  wanted(...Array.from({ length: count }, (_none, index): [string, number] => [`S${index}`, 1]));

describe('merging', () => {
  it('adds up the same sku, brings the others, and leaves the guest cart its lines', () => {
    const guest = open(wanted(['A', 2], ['C', 1]));
    const mine = open(wanted(['A', 3], ['B', 1]), 'customer-1');
    guest.endIn(mine);
    expect(mine.absorb(guest)).toEqual([]);
    expect(units(mine)).toEqual({ A: 5, B: 1, C: 1 });
    expect(units(guest)).toEqual({ A: 2, C: 1 });
    expect(guest).toMatchObject({ status: 'merged', mergedInto: mine.id, customerId: 'customer-1' });
    expect(told(guest)).toEqual([['cart.merged', 2]]);
    expect(told(mine)).toEqual([['cart.lines_changed', 2]]);
  });

  it('stops at 100,000 units and says what stays behind', () => {
    const mine = open(wanted(['A', 99_990]), 'customer-1');
    const left = mine.absorb(open(wanted(['A', 15])));
    expect(left).toEqual([{ sku: 'A', quantity: 5, code: 'quantity-limit' }]);
    expect(units(mine)).toEqual({ A: 100_000 });
  });

  it('stops at 2,000 lines and says what stays behind', () => {
    const mine = open(many(1999), 'customer-1');
    const left = mine.absorb(open(wanted(['X', 3], ['Y', 4], ['S1', 1])));
    expect(left).toEqual([{ sku: 'Y', quantity: 4, code: 'line-limit' }]);
    expect(mine.lineCount).toBe(2000);
    expect(units(mine)).toMatchObject({ X: 3, S1: 2 });
  });

  it('fills only the details that are empty', () => {
    const guest = open();
    guest.describe({ email: 'guest@example.com', shippingAddress: otherAddress, note: 'ring twice' });
    const mine = open([], 'customer-1');
    mine.describe({ email: 'mine@example.com' });
    loaded(mine).absorb(guest);
    expect(mine).toMatchObject({
      email: 'mine@example.com',
      shippingAddress: otherAddress,
      note: 'ring twice',
      billingAddress: null,
    });
    expect(mine.news).toMatchObject([
      { type: 'cart.details_changed', payload: { changed: ['shippingAddress', 'note'] } },
    ]);
  });

  it('of an empty cart changes nothing in the customer’s', () => {
    const mine = open(wanted(['A', 1]), 'customer-1');
    mine.absorb(open());
    expect(mine.news).toEqual([]);
  });

  it('refuses a guest cart that was ordered', () => {
    const guest = open(wanted(['A', 1]));
    Object.assign(guest, { status: 'ordered', orderId: 'order-1' });
    expect(() => guest.endIn(open([], 'customer-1'))).toThrow(CartAlreadyOrdered);
  });

  it('loses no unit', () => {
    const lines = fc.array(
      fc.tuple(fc.constantFrom('A', 'B', 'C', 'D'), fc.integer({ min: 1, max: 60_000 })),
      { maxLength: 6 },
    );
    const sums = (adds: [string, number][]): Map<string, number> => {
      const bySku = new Map<string, number>();
      for (const [sku, quantity] of adds) bySku.set(sku, Math.min(100_000, (bySku.get(sku) ?? 0) + quantity));
      return bySku;
    };
    fc.assert(
      fc.property(lines, lines, (guests, mines) => {
        const [guest, mine] = [open(wanted(...sums(guests))), open(wanted(...sums(mines)), 'customer-1')];
        const before = { ...units(mine) };
        const left = mine.absorb(guest);
        for (const { sku, quantity } of guest.lines) {
          const stayed = left.find((each) => each.sku === sku)?.quantity ?? 0;
          expect((units(mine)[sku] ?? 0) + stayed).toBe((before[sku] ?? 0) + quantity);
        }
      }),
    );
  });
});
