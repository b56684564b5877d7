import { setTimeout as pause } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../support/app.js';
import { OrderDesk } from '../support/order-desk.js';
import { violationsIn } from '../support/violations.js';

describe('an order that is not paid in time', () => {
  let shop: TestApp;
  let desk: OrderDesk;

  beforeAll(async () => {
    shop = await startTestApp({ SWEEP_INTERVAL_MS: '100', SETTLE_INTERVAL_MS: '50' });
    desk = await OrderDesk.open(shop);
  }, 60_000);

  afterAll(async () => {
    expect(await violationsIn(shop)).toEqual([]);
    await shop.close();
  }, 60_000);

  it('expires by itself and gives the stock back', async () => {
    const before = await desk.stockOf(desk.sku(0));
    const order = await desk.place({ lines: [{ sku: desk.sku(0), quantity: 5 }] });
    expect((await desk.stockOf(desk.sku(0))).reserved).toBe(before.reserved + 5);
    await desk.letTimePass(order);
    expect(await desk.until(order, ({ status }) => status === 'expired')).toMatchObject({
      amountDue: { amountMinor: 0 },
    });
    expect(await desk.stockOf(desk.sku(0))).toEqual(before);
    expect(await desk.eventsOf(order)).toEqual(['1 order.placed', '2 order.expired']);
  });

  it('cannot be paid any more, swept or not', async () => {
    const order = await desk.place();
    await shop.database.query(
      `update orders."order" set expires_at = now() - interval '1 second', expiry_waits_until = now() + interval '1 hour' where id = $1`,
      [order.id],
    );
    expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
      code: 'order-expired',
      currentState: 'pending',
    });
    await shop.database.query(`update orders."order" set expiry_waits_until = null where id = $1`, [
      order.id,
    ]);
    await desk.until(order, ({ status }) => status === 'expired');
    expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
      code: 'order-expired',
      currentState: 'expired',
    });
    expect((await desk.cancel(order)).body).toMatchObject({ code: 'order-state', currentState: 'expired' });
  });

  it('waits while a payment is under way, and is confirmed when the money comes', async () => {
    const order = await desk.charged('tok_pending');
    await desk.letTimePass(order);
    await pause(400);
    expect((await desk.read(order)).status).toBe('pending');
    expect((await desk.untilPaid(order)).status).toBe('confirmed');
  });

  it('waits while the shopper is asked to act, but no longer than the hard limit', async () => {
    const before = await desk.stockOf(desk.sku(0));
    const order = await desk.charged('tok_action');
    await desk.letTimePass(order);
    await pause(400);
    expect((await desk.read(order)).status).toBe('pending');
    await desk.letTimePass(order, 'hard_limit_at');
    await desk.until(order, ({ status }) => status === 'expired');
    expect(await desk.stockOf(desk.sku(0))).toEqual(before);
    await desk.until(order, ({ paymentStatus }) => paymentStatus === 'voided');
  });

  it('expires when the payment that it waited for is declined', async () => {
    const order = await desk.charged('tok_pending_decline');
    await desk.letTimePass(order);
    expect(await desk.until(order, ({ status }) => status === 'expired')).toMatchObject({
      paymentStatus: 'failed',
    });
  });

  it('gives back the part that was paid', async () => {
    const order = await desk.charged('tok_amount_changed', [{ sku: desk.sku(0), quantity: 10 }]);
    expect(order.body).toMatchObject({
      status: 'pending',
      paymentStatus: 'partially_paid',
      amountDue: { amountMinor: 100 },
    });
    await desk.letTimePass(order);
    await desk.until(
      order,
      ({ status, paymentStatus }) => status === 'expired' && paymentStatus === 'refunded',
    );
  });

  it('expires once, beside a cancel and a payment at the same moment', async () => {
    const orders = await Promise.all(Array.from({ length: 6 }, () => desk.place()));
    await Promise.all(
      orders.flatMap((order) => [
        desk.letTimePass(order),
        desk.cancel(order, order.as),
        desk.pay(order, 'tok_approve'),
      ]),
    );
    for (const order of orders) {
      const ended = await desk.until(
        order,
        ({ status, paymentStatus }) => status !== 'pending' && !['pending'].includes(paymentStatus),
      );
      expect(['canceled', 'expired', 'confirmed']).toContain(ended.status);
    }
  });
});
