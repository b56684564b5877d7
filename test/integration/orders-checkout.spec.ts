import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { OrderDesk } from '../support/order-desk.js';
import { countStatements } from '../support/statements.js';
import { violationsIn } from '../support/violations.js';

describe('placing an order', () => {
  let shop: TestApp;
  let desk: OrderDesk;

  beforeAll(async () => {
    shop = await startTestApp({ SWEEP_INTERVAL_MS: '100' });
    desk = await OrderDesk.open(shop, { count: 600, units: 100_000 });
  }, 60_000);

  afterAll(async () => {
    expect(await violationsIn(shop)).toEqual([]);
    await shop.close();
  }, 60_000);

  it('from a cart by invoice confirms it, promises the stock and opens the parcel in one transaction', async () => {
    const cart = await desk.fillCart([{ sku: desk.sku(0), quantity: 2 }, { sku: desk.sku(1), quantity: 1 }]);
    const order = await desk.checkOut(cart, { provider: 'invoice' });
    expect(order.status).toBe(201);
    expect(order.body).toMatchObject({ status: 'confirmed', paymentStatus: 'authorized', deliveryStatus: 'unfulfilled', lineCount: 2, unitCount: 3 });
    expect(order.body.amountDue.amountMinor).toBe(0);
    expect(order.body.deliveries).toHaveLength(1);
    expect(order.headers.get('location')).toBe(`/v1/orders/${order.id}`);
    expect(await desk.eventsOf(order)).toEqual(['1 order.placed', '2 order.payment_status_changed', '3 order.confirmed']);
  });

  it('with the sandbox provider confirms it in the answer', async () => {
    const order = await desk.charged('tok_approve');
    expect(order.status).toBe(201);
    expect(order.body).toMatchObject({ status: 'confirmed', paymentStatus: 'paid' });
    expect(order.as).toHaveProperty('Order-Token');
    expect((await desk.read(order, order.as)).id).toBe(order.id);
  });
});
