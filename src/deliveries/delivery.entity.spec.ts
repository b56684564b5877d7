import { Delivery } from './delivery.entity.js';
import { deliveryMoves, deliveryStatuses, mayMove } from './delivery-status.js';

const now = new Date('2026-01-05T10:00:00Z');

function parcel(...quantities: number[]): Delivery {
  const lines = quantities.map((quantity, index) => ({
    orderLineId: `line-${index}`,
    sku: `SKU-${index}`,
    name: 'A thing',
    quantity,
  }));
  return Delivery.open({ orderId: 'order', customerId: null, address: { city: 'London' }, lines }, now);
}

function shipped(): Delivery {
  const delivery = parcel(2);
  delivery.ship('manual', 'T-1', now);
  return delivery;
}

describe('a delivery', () => {
  it('walks from the shelf to the doorstep, one version per step', () => {
    const delivery = parcel(2);
    delivery.pack(now);
    delivery.ship('manual', 'T-1', now);
    for (const status of ['in_transit', 'out_for_delivery', 'delivered'] as const)
      expect(delivery.track(status, now)).toBe(true);
    expect(delivery).toMatchObject({ status: 'delivered', version: 6, endedAt: now });
  });

  it('may skip steps forward, because carriers miss scans', () => {
    const delivery = shipped();
    expect(delivery.track('delivered', now)).toBe(true);
    expect(delivery.status).toBe('delivered');
  });

  it('keeps a late scan as history and does not go back', () => {
    const delivery = shipped();
    delivery.track('delivered', now);
    const { version } = delivery;
    expect(delivery.track('in_transit', now)).toBe(false);
    expect(delivery).toMatchObject({ status: 'delivered', version: version + 1 });
  });

  it('is not taken back from trouble by a scan that was made before it, only by its end', () => {
    const delivery = shipped();
    delivery.track('attempt_failed', now);
    expect(delivery.track('in_transit', now, true)).toBe(false);
    expect(delivery.status).toBe('attempt_failed');
    expect(delivery.track('delivered', now, true)).toBe(true);
  });

  it('comes back by way of returning', () => {
    const delivery = shipped();
    delivery.track('exception', now);
    delivery.track('returning', now);
    expect(delivery.track('delivered', now)).toBe(false);
    expect(delivery.track('returned', now)).toBe(true);
  });

  it('can be found again after it was lost', () => {
    const delivery = shipped();
    delivery.track('lost', now);
    expect(delivery.track('delivered', now)).toBe(true);
  });

  it('is canceled before it leaves and not after', () => {
    const waiting = parcel(1);
    waiting.pack(now);
    waiting.cancel(now);
    expect(waiting.status).toBe('canceled');
    expect(() => shipped().cancel(now)).toThrow('a delivery that is shipped cannot be canceled');
  });

  it('refuses to be shipped twice', () => {
    expect(() => shipped().ship('manual', 'T-2', now)).toThrow('cannot be shipped');
  });

  it('conserves quantities when it is split', () => {
    const delivery = parcel(5, 3);
    const part = delivery.split(
      [
        { orderLineId: 'line-0', quantity: 2 },
        { orderLineId: 'line-1', quantity: 3 },
      ],
      now,
    );
    expect(delivery.lines).toEqual([expect.objectContaining({ orderLineId: 'line-0', quantity: 3 })]);
    expect(part.lines.map((line) => line.quantity)).toEqual([2, 3]);
    expect(delivery.version).toBe(2);
    expect(part.version).toBe(1);
  });

  it.each([
    ['more than is there', [{ orderLineId: 'line-0', quantity: 6 }]],
    ['a line of another parcel', [{ orderLineId: 'elsewhere', quantity: 1 }]],
    ['everything', [{ orderLineId: 'line-0', quantity: 5 }]],
    [
      'one line twice',
      [
        { orderLineId: 'line-0', quantity: 1 },
        { orderLineId: 'line-0', quantity: 1 },
      ],
    ],
  ])('refuses to split off %s', (_what, units) => {
    expect(() => parcel(5).split(units, now)).toThrow();
  });

  it('tells whether an estimate is news', () => {
    const delivery = shipped();
    const later = new Date('2026-01-07T10:00:00Z');
    expect(delivery.estimate(now, later)).toBe(true);
    expect(delivery.estimate(now, later)).toBe(false);
  });

  it('has no way out of where it ends, and never into itself', () => {
    for (const status of ['delivered', 'returned', 'canceled'] as const)
      expect(deliveryMoves[status]).toEqual([]);
    for (const status of deliveryStatuses) expect(mayMove(status, status)).toBe(false);
  });
});
