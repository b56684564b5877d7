import type { OrderToPlace } from './order-facts.js';
import { canceledShareMinor } from './order-line.entity.js';
import { Order } from './order.entity.js';

const now = new Date('2026-11-23T10:00:00.000Z');
const later = new Date('2026-11-23T10:20:00.000Z');
const terms = { expirySeconds: 900, hardLimitSeconds: 3600 };
const address = {
  name: 'A Shopper',
  line1: '1 High Street',
  city: 'London',
  postalCode: 'N1 1AA',
  country: 'GB',
};

function ordered(...lines: { unitPrice: number; quantity: number; discount?: number }[]): OrderToPlace {
  const priced = lines.map(({ unitPrice, quantity, discount = 0 }, index) => {
    const subtotal = unitPrice * quantity;
    return {
      sku: `S${index}`,
      name: 'Thing',
      unitPrice,
      quantity,
      subtotal,
      discount,
      tax: 0,
      total: subtotal - discount,
    };
  });
  const sum = (of: 'subtotal' | 'discount' | 'total') => priced.reduce((all, line) => all + line[of], 0);
  const totals = { currency: 'GBP', pricesIncludeTax: true, shipping: 0, tax: 0 };
  return {
    id: '01900000-0000-7000-8000-000000000001',
    email: 'shopper@example.com',
    shippingAddress: address,
    lines: priced,
    totals: { ...totals, subtotal: sum('subtotal'), discount: sum('discount'), total: sum('total') },
  };
}

const place = (...lines: { unitPrice: number; quantity: number; discount?: number }[]): Order =>
  Order.place(ordered(...lines), now, terms);

const kept = (keptMinor: number, authorizedMinor = 0) => ({
  status: 'paid' as const,
  hasUnknown: false,
  keptMinor,
  authorizedMinor,
});

const told = (order: Order): string[] => order.news.map(({ type, payload }) => `${payload.version} ${type}`);

function confirmed(...lines: { unitPrice: number; quantity: number; discount?: number }[]): Order {
  const order = place(...lines);
  order.applyBalance(kept(order.totalMinor), now);
  order.confirm(now);
  return order;
}

const unitsOf = (order: Order, ...quantities: number[]) =>
  quantities.map((quantity, index) => ({ orderLineId: order.lines[index]?.id ?? '', quantity }));

const shipped = (order: Order, ...counts: [shipped: number, delivered: number, returned: number][]) => ({
  lines: counts.map(([shipped, delivered, returned], index) => ({
    orderLineId: order.lines[index]?.id ?? '',
    shipped,
    delivered,
    returned,
  })),
  isAnythingLeft: false,
  isTroubled: false,
});

describe('placing', () => {
  it('owes its total until the time to be paid is over', () => {
    const order = place({ unitPrice: 250, quantity: 2 }, { unitPrice: 100, quantity: 1 });
    expect([order.status, order.amountDueMinor, order.unitCount, order.lineCount]).toEqual([
      'pending',
      600,
      3,
      2,
    ]);
    expect(order.expiresAt.getTime() - now.getTime()).toBe(900_000);
    expect(told(order)).toEqual(['1 order.placed']);
  });

  it('refuses totals that its lines do not add up to', () => {
    const draft = ordered({ unitPrice: 250, quantity: 2 });
    expect(() => Order.place({ ...draft, totals: { ...draft.totals, total: 499 } }, now, terms)).toThrow(
      'add up to 500',
    );
  });

  it('is confirmed without a payment where the total is zero', () => {
    const order = place({ unitPrice: 0, quantity: 1 });
    expect(order.isReadyToConfirm).toBe(true);
  });
});

describe('the money', () => {
  it('gives an invoice three versions: placed, payment status, confirmed', () => {
    const order = place({ unitPrice: 250, quantity: 2 });
    order.applyBalance({ ...kept(500, 500), status: 'authorized' }, now);
    order.confirm(now);
    expect(told(order)).toEqual(['1 order.placed', '2 order.payment_status_changed', '3 order.confirmed']);
  });

  it('tells nothing where nothing changed', () => {
    const order = confirmed({ unitPrice: 250, quantity: 2 });
    expect(order.applyBalance(kept(500), later)).toBe(false);
    expect(told(order)).toHaveLength(3);
  });

  it('keeps since when an outcome is unknown, and forgets it with the outcome', () => {
    const order = place({ unitPrice: 250, quantity: 2 });
    order.applyBalance({ ...kept(0), status: 'pending', hasUnknown: true }, now);
    order.applyBalance({ ...kept(100), status: 'partially_paid', hasUnknown: true }, later);
    expect(order.paymentUnknownSince).toEqual(now);
    order.applyBalance(kept(500), later);
    expect(order.paymentUnknownSince).toBeNull();
  });

  it('is not confirmed while something is due', () => {
    const order = place({ unitPrice: 250, quantity: 2 });
    order.applyBalance({ ...kept(499), status: 'partially_paid' }, now);
    expect(() => order.confirm(now)).toThrow('cannot be confirmed');
  });

  it('stays confirmed when money is lost afterwards', () => {
    const order = confirmed({ unitPrice: 250, quantity: 2 });
    order.applyBalance({ ...kept(0), status: 'charged_back' }, later);
    expect([order.status, order.amountDueMinor]).toEqual(['confirmed', 500]);
  });

  it.each([
    ['expired', (order: Order) => order.expire(later), 'order-expired'],
    ['overdue and not swept', () => undefined, 'order-expired'],
    ['canceled', (order: Order) => order.cancelLines(unitsOf(order, 2), now), 'order-state'],
  ])('wants no payment when %s', (_, happen, code) => {
    const order = place({ unitPrice: 250, quantity: 2 });
    happen(order);
    expect(() => order.refuseUnlessPayable(later)).toThrow(expect.objectContaining({ code }));
  });

  it('wants no payment where nothing is due, and one where money was lost', () => {
    const order = confirmed({ unitPrice: 250, quantity: 2 });
    expect(() => order.refuseUnlessPayable(now)).toThrow(expect.objectContaining({ code: 'nothing-to-pay' }));
    order.applyBalance({ ...kept(0), status: 'voided' }, later);
    expect(() => order.refuseUnlessPayable(later)).not.toThrow();
  });
});

describe('canceling', () => {
  it('owes the frozen shares of the units that are left', () => {
    const order = confirmed({ unitPrice: 100, quantity: 3, discount: 100 }, { unitPrice: 50, quantity: 1 });
    order.cancelLines(unitsOf(order, 1), later, 'other');
    expect([order.owedMinor, order.status, order.canceledUnitCount]).toEqual([250 - 66, 'confirmed', 1]);
    order.cancelLines(unitsOf(order, 1), later);
    expect(order.owedMinor).toBe(250 - 133);
    order.cancelLines(unitsOf(order, 1), later);
    expect(order.owedMinor).toBe(50);
  });

  it('cancels the order with its last unit, and then owes nothing', () => {
    const order = confirmed({ unitPrice: 100, quantity: 2 });
    order.cancelLines(unitsOf(order, 1), later);
    order.cancelLines(unitsOf(order, 1), later);
    expect([order.status, order.owedMinor]).toEqual(['canceled', 0]);
    expect(told(order).slice(3)).toEqual(['4 order.lines_canceled', '5 order.canceled']);
  });

  it('takes no more units than have not left, however they are named', () => {
    const order = confirmed({ unitPrice: 100, quantity: 3 });
    order.follow(shipped(order, [2, 0, 0]));
    const [line] = unitsOf(order, 1);
    expect(() => order.cancelLines(line ? [line, line] : [], later)).toThrow(
      expect.objectContaining({ code: 'units-not-left' }),
    );
  });

  it('knows that what is left has all been shipped', () => {
    const order = confirmed({ unitPrice: 100, quantity: 3 });
    order.follow(shipped(order, [2, 0, 0]));
    order.cancelLines(unitsOf(order, 1), later);
    expect([order.status, order.deliveryStatus]).toEqual(['confirmed', 'shipped']);
  });

  it('refuses lines of another order, and an order that is over', () => {
    const order = place({ unitPrice: 100, quantity: 1 });
    const foreign = [{ orderLineId: 'f0000000-0000-7000-8000-000000000000', quantity: 1 }];
    expect(() => order.cancelLines(foreign, now)).toThrow(
      expect.objectContaining({ code: 'order-line-unknown' }),
    );
    order.expire(later);
    expect(() => order.cancelLines(unitsOf(order, 1), later)).toThrow(
      expect.objectContaining({ code: 'order-state' }),
    );
  });
});

describe('shares of a line', () => {
  it('add up to its total whatever is canceled one by one', () => {
    for (const [total, quantity] of [
      [100, 3],
      [7, 10],
      [0, 4],
      [999_999_999, 7],
    ] as const) {
      const shares = Array.from(
        { length: quantity },
        (_, canceled) =>
          canceledShareMinor(total, quantity, canceled + 1) - canceledShareMinor(total, quantity, canceled),
      );
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });
});

describe('the way to the door', () => {
  it('is labelled by the sums of the units', () => {
    const order = confirmed({ unitPrice: 100, quantity: 2 }, { unitPrice: 100, quantity: 1 });
    const labels = [
      [1, 0, 0],
      [2, 0, 0],
      [2, 1, 0],
      [2, 2, 0],
    ].map(([out = 0, home = 0, back = 0]) => {
      order.follow(shipped(order, [out, home, back], [out === 2 ? 1 : 0, home === 2 ? 1 : 0, 0]));
      return order.deliveryStatus;
    });
    expect(labels).toEqual(['partially_shipped', 'shipped', 'partially_delivered', 'delivered']);
    order.follow(shipped(order, [2, 1, 1], [1, 1, 0]));
    expect(order.deliveryStatus).toBe('partially_returned');
  });

  it('tells nothing twice', () => {
    const order = confirmed({ unitPrice: 100, quantity: 2 });
    order.follow(shipped(order, [2, 0, 0]));
    const before = told(order).length;
    order.follow(shipped(order, [2, 0, 0]));
    expect(told(order)).toHaveLength(before);
  });

  it('ends when nothing is left to deliver and the money is taken', () => {
    const order = confirmed({ unitPrice: 100, quantity: 2 });
    const arrived = shipped(order, [2, 2, 0]);
    order.follow(arrived);
    expect(order.isFulfilled(arrived, kept(200, 200))).toBe(false);
    expect(order.isFulfilled({ ...arrived, isAnythingLeft: true }, kept(200))).toBe(false);
    expect(order.isFulfilled(arrived, kept(200))).toBe(true);
    order.complete(later);
    expect(() => order.cancelLines(unitsOf(order, 1), later)).toThrow(
      expect.objectContaining({ code: 'order-state' }),
    );
  });
});
