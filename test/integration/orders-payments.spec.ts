import { randomUUID } from 'node:crypto';
import { SettlementService } from '../../src/orders/settlement.service.js';
import { armFailPoint, type FailPoint } from '../../src/platform/faults/fail-point.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { OrderDesk } from '../support/order-desk.js';
import { violationsIn } from '../support/violations.js';

describe('paying an order', () => {
  let shop: TestApp;
  let desk: OrderDesk;

  beforeAll(async () => {
    shop = await startTestApp({
      SWEEP_INTERVAL_MS: '100',
      SETTLE_INTERVAL_MS: '50',
      PAYMENT_TIMEOUT_MS: '1000',
      PAYMENT_LEASE_SECONDS: '2',
    });
    desk = await OrderDesk.open(shop);
  }, 60_000);

  afterAll(async () => {
    expect(await violationsIn(shop)).toEqual([]);
    await shop.close();
  }, 60_000);

  describe('with a provider that is called', () => {
    it('is confirmed in the answer where the money is taken', async () => {
      const order = await desk.charged('tok_approve');
      expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([201, 'confirmed', 'paid']);
      expect(order.as).toHaveProperty('Order-Token');
      expect((await desk.read(order, order.as)).id).toBe(order.id);
    });

    it('is confirmed where the money is only authorized', async () => {
      const order = await desk.charged('tok_authorize');
      expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([
        201,
        'confirmed',
        'authorized',
      ]);
    });

    it('stays payable when the card is declined, with all that is needed to try again', async () => {
      const order = await desk.charged('tok_decline');
      expect([order.status, order.body.code]).toEqual([402, 'payment-declined']);
      expect(order.headers.get('location')).toBe(`/v1/orders/${order.id}`);
      expect(await desk.read(order, order.as)).toMatchObject({
        status: 'pending',
        paymentStatus: 'failed',
        amountDue: { amountMinor: 100 },
      });
      expect((await desk.pay(order, 'tok_decline')).status).toBe(402);
      expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
        status: 'confirmed',
        paymentStatus: 'paid',
      });
      expect((await desk.pay(order, 'tok_approve')).body.code).toBe('nothing-to-pay');
    });

    it('says where the shopper has to act', async () => {
      const order = await desk.charged('tok_action');
      expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([
        201,
        'pending',
        'requires_action',
      ]);
      expect(order.body.actionUrl).toMatch(/^http/);
    });

    it('says that the money is on its way, and is confirmed when it comes', async () => {
      const order = await desk.charged('tok_pending');
      expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([
        201,
        'pending',
        'pending',
      ]);
      expect((await desk.untilPaid(order)).status).toBe('confirmed');
    }, 30_000);

    it.each([
      'tok_timeout_after+webhook_lost',
      'tok_timeout_before',
      'tok_fail_after+webhook_lost',
      'tok_reset',
    ])(
      'answers 202 with Location when the outcome is unknown (%s), and finds it out',
      async (instrument) => {
        const order = await desk.charged(instrument);
        expect(order.status).toBe(202);
        expect(order.headers.get('location')).toBe(`/v1/orders/${order.id}`);
        const settled = await desk.untilPaid(order);
        expect(settled).toMatchObject({ status: 'confirmed', hasUnknownPayment: false });
        expect(settled.payments?.map((payment) => payment.capturedMinor)).toEqual([100]);
      },
      30_000,
    );

    it('wants the rest where the provider took less than it was asked for', async () => {
      const order = await desk.charged('tok_amount_changed', [{ sku: desk.sku(0), quantity: 10 }]);
      expect(order.body).toMatchObject({ paymentStatus: 'partially_paid', amountDue: { amountMinor: 100 } });
      const paid = await desk.pay(order, 'tok_approve');
      expect(paid.body).toMatchObject({ status: 'confirmed', paymentStatus: 'paid' });
      expect(paid.body.payments?.map(({ capturedMinor }) => capturedMinor)).toEqual([900, 100]);
    });

    it('is paid once, however many try to pay it at the same time', async () => {
      const order = await desk.place();
      const answers = await Promise.all(Array.from({ length: 6 }, () => desk.pay(order, 'tok_approve')));
      const codes = answers.map(({ status, body }) => (status === 201 ? 'paid' : body.code));
      expect(codes.filter((code) => code === 'paid')).toHaveLength(1);
      expect(
        codes.every((code) => ['paid', 'payment-in-progress', 'nothing-to-pay'].includes(code ?? '')),
      ).toBe(true);
      const { payments } = await desk.read(order);
      expect(payments?.reduce((sum, payment) => sum + payment.capturedMinor, 0)).toBe(100);
    });
  });

  describe('cut off by a crash', () => {
    const places: FailPoint[] = [
      'after-claim',
      'after-reserve',
      'before-commit',
      'before-provider',
      'after-provider-before-record',
    ];

    it.each(places)(
      'at %s has one order, one charge and one answer for whoever asks again under the same key',
      async (place) => {
        const wanted = { key: randomUUID(), payment: { provider: 'sandbox', instrument: 'tok_approve' } };
        armFailPoint(place, () => Promise.reject(new Error('crashed here')));
        expect((await desk.place(wanted)).status).toBe(500);
        const again = await desk.place(wanted);
        // Whoever crashed may still hold the lease of the call: then the outcome is at Location.
        expect([201, 202]).toContain(again.status);
        const settled = await desk.untilPaid(again);
        expect(settled.status).toBe('confirmed');
        expect(settled.payments?.map(({ capturedMinor }) => capturedMinor)).toEqual([100]);
        expect((await desk.place(wanted)).headers.get('idempotent-replayed')).toBe('true');
      },
      30_000,
    );

    it('is finished by a worker, though nobody asks again', async () => {
      const before = await confirmedOrders();
      armFailPoint('after-provider-before-record', () => Promise.reject(new Error('crashed here')));
      const wanted = { payment: { provider: 'sandbox', instrument: 'tok_approve+webhook_lost' } };
      expect((await desk.place(wanted)).status).toBe(500);
      const giveUpAt = Date.now() + 20_000;
      while ((await confirmedOrders()) === before && Date.now() < giveUpAt)
        await new Promise((ok) => setTimeout(ok, 50));
      expect(await confirmedOrders()).toBe(before + 1);
    }, 30_000);
  });

  it('recomputes the same however often the news come, and at the same time', async () => {
    const order = await desk.charged('tok_approve');
    const settlement = shop.app.get(SettlementService, { strict: false });
    const { version } = await desk.read(order);
    await Promise.all(
      Array.from({ length: 8 }, (_, turn) =>
        turn % 2 ? settlement.settle(order.id) : settlement.followDeliveries(order.id),
      ),
    );
    expect((await desk.read(order)).version).toBe(version);
  });

  it('is for nobody but its owner', async () => {
    const order = await desk.place();
    const stranger = await desk.place();
    expect((await desk.pay({ ...order, as: stranger.as }, 'tok_approve')).status).toBe(404);
    expect((await desk.pay({ ...order, as: await desk.as('support') }, 'tok_approve')).status).toBe(403);
    expect((await desk.pay({ ...order, as: {} }, 'tok_approve')).status).toBe(401);
  });

  async function confirmedOrders(): Promise<number> {
    const { rows } = await shop.database.query<{ count: number }>(
      `select count(*)::int as count from orders."order" where status = 'confirmed'`,
    );
    return rows[0]?.count ?? 0;
  }
});
