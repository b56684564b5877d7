import { startTestApp, type TestApp } from '../support/app.js';
import { OrderDesk } from '../support/order-desk.js';
import { Doorstep } from '../support/doorstep.js';
import { violationsIn } from '../support/violations.js';

describe('an order that is paid in another way than at once', () => {
  let shop: TestApp;
  let desk: OrderDesk;
  let after: Doorstep;

  beforeAll(async () => {
    shop = await startTestApp({
      SANDBOX_CARRIER_PACE_MS: '20',
      PAYMENT_TIMEOUT_MS: '1000',
      PAYMENT_LEASE_SECONDS: '2',
      SETTLE_INTERVAL_MS: '50',
    });
    desk = await OrderDesk.open(shop, { prefix: 'WAYS', count: 3 });
    after = await Doorstep.open(desk);
  }, 60_000);

  afterAll(async () => {
    try {
      expect(await violationsIn(shop)).toEqual([]);
    } finally {
      await shop.close();
    }
  }, 60_000);

  it('by invoice is completed when a person records that the money came', async () => {
    const cart = await desk.fillCart([{ sku: desk.sku(0), quantity: 3 }]);
    const order = await desk.checkOut(cart, { provider: 'invoice' });
    expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([
      201,
      'confirmed',
      'authorized',
    ]);
    expect(await after.deliver(order)).toMatchObject({ status: 'confirmed', paymentStatus: 'authorized' });
    const captured = await desk.send(
      'POST',
      `payments/${(await after.paymentOf(order)).id}/captures`,
      {},
      after.finance,
    );
    expect([captured.status, captured.body.status]).toEqual([201, 'captured']);
    const completed = await desk.until(order, ({ status }) => status === 'completed');
    expect(completed).toMatchObject({ paymentStatus: 'paid', deliveryStatus: 'delivered' });
    const told = await after.timelineOf(order, desk.staff);
    expect(told.filter(({ type }) => type === 'order.completed')).toHaveLength(1);
  }, 30_000);

  it('with a declined card is paid on the second attempt, and delivered', async () => {
    const order = await desk.checkOut(await desk.fillCart([{ sku: desk.sku(1), quantity: 1 }]), {
      provider: 'sandbox',
      instrument: 'tok_decline',
    });
    expect([order.status, order.body.code]).toEqual([402, 'payment-declined']);
    expect(order.headers.get('location')).toBe(`/v1/orders/${order.id}`);
    const paid = await desk.pay(order, 'tok_approve');
    expect([paid.status, paid.body.status, paid.body.paymentStatus]).toEqual([201, 'confirmed', 'paid']);
    expect((await desk.read(order)).payments?.map(({ status }) => status).sort()).toEqual([
      'captured',
      'failed',
    ]);
    await after.deliver(order);
    await desk.until(order, ({ status }) => status === 'completed');
  }, 30_000);

  it('that asks the shopper for an action goes on when the shopper has acted', async () => {
    const order = await desk.checkOut(await desk.fillCart([{ sku: desk.sku(1), quantity: 1 }]), {
      provider: 'sandbox',
      instrument: 'tok_action',
    });
    expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([
      201,
      'pending',
      'requires_action',
    ]);
    expect((await desk.read(order, order.as)).actionUrl).toBe(order.body.actionUrl);
    const acted = await fetch(order.body.actionUrl ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ outcome: 'complete' }),
    });
    expect(acted.status).toBe(200);
    await desk.until(order, ({ status }) => status === 'confirmed');
    await after.deliver(order);
    await desk.until(order, ({ status }) => status === 'completed');
  }, 30_000);

  it('whose provider took the money and never answered is 202 now, and settled soon', async () => {
    const cart = await desk.fillCart([{ sku: desk.sku(2), quantity: 1 }]);
    const order = await desk.checkOut(cart, {
      provider: 'sandbox',
      instrument: 'tok_timeout_after+webhook_lost',
    });
    expect([order.status, order.body.status, order.body.hasUnknownPayment]).toEqual([202, 'pending', true]);
    expect(order.headers.get('location')).toBe(`/v1/orders/${order.id}`);
    const settled = await desk.untilPaid(order);
    expect(settled).toMatchObject({ status: 'confirmed', hasUnknownPayment: false });
    expect(settled.payments).toMatchObject([{ capturedMinor: 102 }]);
    await after.deliver(order);
    await desk.until(order, ({ status }) => status === 'completed');
  }, 30_000);
});
