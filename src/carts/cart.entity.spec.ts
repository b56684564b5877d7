import fc from 'fast-check';
import { Cart } from './cart.entity.js';
import type { Address } from './cart-details.schemas.js';
import type { LineToAdd } from './cart-line.js';
import { cartMoves, cartStatuses } from './cart-status.js';
import {
  CartAlreadyOrdered,
  CartIncomplete,
  CartLineNotFound,
  CartNotOpen,
  LineLimit,
  QuantityLimit,
} from './carts.errors.js';

const address: Address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

const wanted = (...of: [sku: string, quantity: number, unitPriceMinor?: number][]): LineToAdd[] =>
  of.map(([sku, quantity, unitPriceMinor = 100], index) => ({ sku, quantity, unitPriceMinor, index }));

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
const lineOf = (cart: Cart, sku: string): string => cart.lines.find((line) => line.sku === sku)?.lineId ?? '';
const many = (count: number, prefix = 'S'): LineToAdd[] =>
  Array.from({ length: count }, (_none, index) => ({
    sku: `${prefix}${index}`,
    quantity: 1,
    unitPriceMinor: 100,
    index,
  }));

describe('a new cart', () => {
  it('is open at version 1 with its first lines in one transition', () => {
    const cart = Cart.open({ customerId: null, currency: 'GBP', lines: wanted(['A', 2], ['B', 1]) });
    expect(cart).toMatchObject({
      status: 'open',
      version: 1,
      lineCount: 2,
      currency: 'GBP',
      customerId: null,
    });
    expect(told(cart)).toEqual([['cart.created', 1]]);
  });
});

describe('adding lines', () => {
  it('adds the units of a sku that is there to its line', () => {
    const cart = open(wanted(['A', 2]));
    const line = lineOf(cart, 'A');
    cart.add(wanted(['A', 3], ['B', 1]));
    expect(units(cart)).toEqual({ A: 5, B: 1 });
    expect(lineOf(cart, 'A')).toBe(line);
    expect(told(cart)).toEqual([['cart.lines_changed', 2]]);
  });

  it('adds up a sku that is named twice in one call', () => {
    const cart = open();
    cart.add(wanted(['A', 2], ['B', 1], ['A', 3]));
    expect(units(cart)).toEqual({ A: 5, B: 1 });
  });

  it('tells skus apart by case', () => {
    const cart = open();
    cart.add(wanted(['84031A', 1], ['84031a', 2]));
    expect(units(cart)).toEqual({ '84031A': 1, '84031a': 2 });
  });

  it('commutes', () => {
    const add = fc.tuple(fc.constantFrom('A', 'B', 'C'), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(fc.array(add, { maxLength: 20 }), (adds) => {
        const one = open();
        for (const each of adds) one.add(wanted(each));
        const other = open();
        for (const each of [...adds].reverse()) other.add(wanted(each));
        expect(units(one)).toEqual(units(other));
      }),
    );
  });

  it('remembers the price that was seen last', () => {
    const cart = open(wanted(['A', 1, 100]));
    cart.add(wanted(['A', 1, 120]));
    expect(cart.lines[0]?.unitPriceMinor).toBe(120);
  });

  it('refuses more than 100,000 units a line, naming each, and adds nothing', () => {
    const cart = open(wanted(['A', 99_999]));
    const refusal = expectRefusal(() => cart.add(wanted(['B', 1], ['A', 2])), QuantityLimit);
    expect(refusal.details.errors).toMatchObject([{ pointer: '#/lines/1/quantity', code: 'quantity-limit' }]);
    expect(units(cart)).toEqual({ A: 99_999 });
    expect(cart.changes.size).toBe(0);
  });

  it('holds 2,000 lines and refuses one more', () => {
    const cart = open(many(2000));
    expect(cart.lineCount).toBe(2000);
    cart.add(wanted(['S7', 1]));
    expectRefusal(() => cart.add(wanted(['X', 1])), LineLimit);
  });
});

describe('setting and removing a line', () => {
  it('sets the quantity and the price seen', () => {
    const cart = open(wanted(['A', 2, 100]));
    cart.setQuantity(lineOf(cart, 'A'), 7, () => 90);
    expect(cart.lines[0]).toMatchObject({ quantity: 7, unitPriceMinor: 90 });
    expect(told(cart)).toEqual([['cart.lines_changed', 2]]);
  });

  it('is no transition where nothing changes', () => {
    const cart = open(wanted(['A', 2, 100]));
    cart.setQuantity(lineOf(cart, 'A'), 2, () => 100);
    expect(cart.news).toEqual([]);
    expect(cart.version).toBe(1);
  });

  it('removes a line and says so', () => {
    const cart = open(wanted(['A', 2], ['B', 1]));
    cart.remove(lineOf(cart, 'A'));
    expect(units(cart)).toEqual({ B: 1 });
    expect(cart.news[0]?.payload).toMatchObject({
      lineCount: 1,
      changedLineCount: 1,
      changes: [{ sku: 'A', quantity: 0 }],
    });
  });

  it('refuses a line that is not there', () => {
    expectRefusal(() => open().remove('none'), CartLineNotFound);
    expectRefusal(() => open().setQuantity('none', 1, () => 1), CartLineNotFound);
  });
});

describe('the details', () => {
  it('change as far as they are named, and the event has no value of them', () => {
    const cart = open();
    cart.describe({ email: 'a@example.com', shippingAddress: address });
    cart.describe({ email: null });
    expect(cart).toMatchObject({ email: null, shippingAddress: address, note: null });
    expect(told(cart)).toEqual([
      ['cart.details_changed', 2],
      ['cart.details_changed', 3],
    ]);
    expect(JSON.stringify(cart.news)).not.toMatch(/example|High Street/);
  });

  it('that are the same are no transition', () => {
    const cart = open();
    cart.describe({ shippingAddress: address });
    loaded(cart).describe({ shippingAddress: { ...address } });
    expect(cart.news).toEqual([]);
  });
});

describe('a cart that is not open', () => {
  it('is open again with the next edit when it was abandoned', () => {
    const cart = open(wanted(['A', 1]));
    cart.status = 'abandoned';
    cart.add(wanted(['A', 1]));
    expect(cart.status).toBe('open');
    expect(told(cart)).toEqual([
      ['cart.reopened', 2],
      ['cart.lines_changed', 3],
    ]);
  });

  it('refuses every edit and names its state', () => {
    for (const status of ['merged', 'expired'] as const) {
      const cart = open(wanted(['A', 1]));
      cart.status = status;
      for (const edit of edits) {
        const refusal = expectRefusal(() => edit(cart), CartNotOpen);
        expect(refusal.details.extensions).toEqual({ currentState: status });
      }
    }
  });

  it('leads to its order when it was ordered', () => {
    const cart = open(wanted(['A', 1]));
    Object.assign(cart, { status: 'ordered', orderId: 'order-1' });
    for (const edit of [...edits, (each: Cart) => each.readyForCheckout()]) {
      const refusal = expectRefusal(() => edit(cart), CartAlreadyOrdered);
      expect(refusal.details.headers).toEqual({ Location: '/v1/orders/order-1' });
    }
  });

  it('is open again for a checkout when it was abandoned', () => {
    const cart = open(wanted(['A', 1]));
    cart.status = 'abandoned';
    cart.readyForCheckout();
    expect(told(cart)).toEqual([['cart.reopened', 2]]);
  });
});

describe('checkout', () => {
  it('wants lines, an email address and a shipping address, and names all that is missing', () => {
    const refusal = expectRefusal(() => open().refuseUnlessComplete(), CartIncomplete);
    expect(refusal.details.errors?.map(({ code }) => code)).toEqual([
      'empty',
      'email-missing',
      'address-missing',
    ]);
  });

  it('takes a cart that has them', () => {
    const cart = open(wanted(['A', 1]));
    cart.describe({ email: 'a@example.com', shippingAddress: address });
    expect(cart.refuseUnlessComplete()).toEqual({ email: 'a@example.com', shippingAddress: address });
  });
});

describe('the table of moves', () => {
  it('lets nothing leave ordered, merged and expired', () => {
    for (const status of ['ordered', 'merged', 'expired'] as const) expect(cartMoves[status]).toEqual([]);
    expect(Object.keys(cartMoves).sort()).toEqual([...cartStatuses].sort());
  });
});

const edits: ((cart: Cart) => void)[] = [
  (cart) => cart.add(wanted(['A', 1])),
  (cart) => cart.remove(lineOf(cart, 'A')),
  (cart) => cart.setQuantity(lineOf(cart, 'A'), 3, () => 1),
  (cart) => cart.describe({ note: 'x' }),
  (cart) => cart.absorb(open()),
];

function expectRefusal<E extends Error>(attempt: () => unknown, kind: new (...given: never[]) => E): E {
  try {
    attempt();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`expected ${kind.name}`);
}
