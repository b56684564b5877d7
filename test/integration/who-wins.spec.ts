import { setTimeout as pause } from 'node:timers/promises';
import { startTestApp, type TestApp } from '../support/app.js';
import { OrderDesk, type Placed } from '../support/order-desk.js';
import { sumOf } from '../support/traffic/checker.js';
import { violationsIn } from '../support/violations.js';

/** One test per row of the design's table of races. */
describe('who wins', () => {
  let shop: TestApp;
  let desk: OrderDesk;

  beforeAll(async () => {
    shop = await startTestApp({
      SWEEP_INTERVAL_MS: '100',
      SETTLE_INTERVAL_MS: '50',
      PAYMENT_TIMEOUT_MS: '4000',
      PAYMENT_LEASE_SECONDS: '5',
    });
    desk = await OrderDesk.open(shop);
  }, 60_000);

  afterAll(async () => {
    expect(await violationsIn(shop)).toEqual([]);
    await shop.close();
  }, 60_000);

  const counter = async (name: string): Promise<number> =>
    sumOf(await (await fetch(`${shop.url}/metrics`)).text(), name);
  const parcelOf = async (order: { id: string }): Promise<string> =>
    (await desk.read(order)).deliveries[0]?.id ?? '';
  const paymentOf = async (order: { id: string }): Promise<string> =>
    (await desk.read(order)).payments?.[0]?.id ?? '';

  const atSandbox = async (path: string, body: object, method = 'POST'): Promise<void> => {
    const answer = await fetch(`${shop.config.SANDBOX_URL}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };

  /** What came in and what went back, over all payments of the order. */
  const money = async (order: { id: string }): Promise<{ captured: number; refunded: number }> => {
    const { payments = [] } = await desk.read(order);
    const sum = (of: 'capturedMinor' | 'refundedMinor') =>
      payments.reduce((all, payment) => all + payment[of], 0);
    return { captured: sum('capturedMinor'), refunded: sum('refundedMinor') };
  };

  const untilRefunded = (order: { id: string }) =>
    desk.until(order, ({ paymentStatus }) => paymentStatus === 'refunded');

  describe('when a capture arrives after the end', () => {
    it('of an order that was canceled, it is recorded, given back and counted, and the order stays canceled', async () => {
      const before = await counter('orders_late_payments_total');
      const order = await desk.charged('tok_pending');
      expect((await desk.cancel(order, order.as)).body.status).toBe('canceled');
      expect(await untilRefunded(order)).toMatchObject({ status: 'canceled', attention: [] });
      expect(await money(order)).toEqual({ captured: 100, refunded: 100 });
      expect(await counter('orders_late_payments_total')).toBe(before + 1);
    });

    it('of an order that expired at its hard limit, it is recorded, given back and counted, and the order stays expired', async () => {
      const before = await counter('orders_late_payments_total');
      const order = await desk.charged('tok_pending');
      await desk.letTimePass(order);
      await desk.letTimePass(order, 'hard_limit_at');
      await desk.until(order, ({ status }) => status === 'expired');
      expect(await untilRefunded(order)).toMatchObject({ status: 'expired' });
      expect(await money(order)).toEqual({ captured: 100, refunded: 100 });
      expect(await counter('orders_late_payments_total')).toBe(before + 1);
    });
  });

  describe('when an order has two payments', () => {
    it('one that has no outcome yet keeps the second out', async () => {
      const order = await desk.charged('tok_pending');
      expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
        status: 409,
        code: 'payment-in-progress',
      });
      await desk.untilPaid(order);
      expect(await money(order)).toEqual({ captured: 100, refunded: 0 });
    });

    it('one that asks for an action makes way and is voided afterwards', async () => {
      const order = await desk.charged('tok_action');
      expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
        status: 'confirmed',
        paymentStatus: 'paid',
      });
      const settled = await desk.until(
        order,
        ({ payments }) => payments?.some(({ status }) => status === 'voided') ?? false,
      );
      expect(settled.payments?.map(({ status }) => status).sort()).toEqual(['captured', 'voided']);
    });

    it('one that made way and is paid all the same is given back', async () => {
      const order = await desk.charged('tok_action+webhook_lost');
      await keepFromSettler(order);
      await atSandbox(`/psp/actions/${await paymentOf(order)}`, { outcome: 'complete' });
      expect((await desk.pay(order, 'tok_approve')).body.status).toBe('confirmed');
      await desk.until(
        order,
        ({ payments }) => payments?.some(({ status }) => status === 'refunded') ?? false,
      );
      expect(await money(order)).toEqual({ captured: 200, refunded: 100 });
      expect(await desk.until(order, ({ paymentStatus }) => paymentStatus === 'paid')).toMatchObject({
        status: 'confirmed',
        attention: [],
      });
    });
  });

  it('a cancel while the provider works: it commits at once, and the money goes back when it comes', async () => {
    await atSandbox('/control', { slowMs: 1500 }, 'PUT');
    const before = await newest();
    const paying = desk.charged('tok_slow');
    const order = await newestAfter(before);
    const canceled = await desk.cancel(order);
    expect(canceled.body.status).toBe('canceled');
    expect((await paying).body).toMatchObject({ status: 409, code: 'order-state', currentState: 'canceled' });
    await untilRefunded(order);
    expect(await money(order)).toEqual({ captured: 100, refunded: 100 });
  }, 30_000);

  it('a cancel and a shipment at the same moment: one of them, and the other learns the state', async () => {
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 12; round += 1) {
      const order = await desk.invoiced([{ sku: desk.sku(1), quantity: 2 }]);
      const parcel = await parcelOf(order);
      // A head start of some milliseconds, so that either wins now and then.
      const [canceled, shipped] = await Promise.all([
        desk.cancel(order),
        pause(round * 3).then(() => desk.ship(parcel)),
      ]);
      const statuses = [canceled.status, shipped.status];
      expect(statuses.sort()).toEqual([200, 409]);
      const loser = canceled.status === 409 ? canceled : shipped;
      expect(loser.body.currentState ?? loser.body.code).toMatch(
        /^(canceled|confirmed|shipped|delivery-already-dispatched)$/,
      );
      const winner = canceled.status === 200 ? 'canceled' : 'shipped';
      outcomes.set(winner, (outcomes.get(winner) ?? 0) + 1);
      const { status, deliveryStatus } = await desk.until(
        order,
        (seen) => seen.status === 'canceled' || seen.deliveryStatus === 'shipped',
      );
      expect(winner === 'canceled' ? status : deliveryStatus).toBe(winner);
    }
    console.log('cancel against ship:', Object.fromEntries(outcomes));
  }, 60_000);

  it('two refunds at once: never more than was captured', async () => {
    const order = await desk.charged('tok_approve');
    const payment = await paymentOf(order);
    const finance = await desk.as('finance');
    const refund = () => desk.send('POST', `payments/${payment}/refunds`, { amountMinor: 60 }, finance);
    const answers = await Promise.all([refund(), refund(), refund()]);
    expect(answers.map(({ status }) => status).filter((status) => status < 300)).toHaveLength(1);
    expect(answers.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(2);
    expect(
      await desk.until(order, ({ paymentStatus }) => paymentStatus === 'partially_refunded'),
    ).toMatchObject({
      status: 'confirmed',
      // What a person grants changes neither what is owed nor what is kept.
      amountDue: { amountMinor: 0 },
    });
    expect(await money(order)).toEqual({ captured: 100, refunded: 60 });
  });

  describe('when money is lost after the confirmation', () => {
    const untilDue = (order: Placed) => desk.until(order, ({ amountDue }) => amountDue.amountMinor > 0);

    it('because the authorization lapsed, the order stays confirmed and a person decides', async () => {
      const before = await counter('orders_underpaid_total');
      const order = await desk.charged('tok_authorize');
      await atSandbox(`/psp/payments/${await paymentOf(order)}/expiry`, {});
      expect(await untilDue(order)).toMatchObject({
        status: 'confirmed',
        amountDue: { amountMinor: 100 },
        attention: ['amount-due'],
      });
      expect(await counter('orders_underpaid_total')).toBe(before + 1);
      const { body } = await desk.send<{ items: { id: string }[] }>(
        'GET',
        'orders?needsAttention=true',
        undefined,
        desk.staff,
      );
      expect(body.items.map(({ id }) => id)).toContain(order.id);
      expect((await desk.pay(order, 'tok_approve')).body).toMatchObject({
        status: 'confirmed',
        paymentStatus: 'paid',
      });
    });

    it('because the capture failed and the authorization was given up, the same', async () => {
      const order = await desk.charged('tok_authorize+capture_decline');
      const payment = await paymentOf(order);
      const finance = await desk.as('finance');
      expect((await desk.send('POST', `payments/${payment}/captures`, {}, finance)).body).toMatchObject({
        status: 409,
        code: 'capture-refused',
      });
      expect(await desk.read(order)).toMatchObject({ status: 'confirmed' });
      await desk.send('POST', `payments/${payment}/voids`, {}, finance);
      expect(await untilDue(order)).toMatchObject({
        status: 'confirmed',
        paymentStatus: 'voided',
        attention: ['amount-due'],
      });
    });

    it('because it was charged back, the same', async () => {
      const order = await desk.charged('tok_approve');
      await atSandbox(`/psp/payments/${await paymentOf(order)}/chargebacks`, { amountMinor: 100 });
      expect(await untilDue(order)).toMatchObject({
        status: 'confirmed',
        paymentStatus: 'charged_back',
        attention: ['amount-due'],
      });
      await atSandbox(`/psp/payments/${await paymentOf(order)}/chargebacks`, {
        amountMinor: 100,
        isReversal: true,
      });
      await desk.until(order, ({ paymentStatus }) => paymentStatus === 'paid');
    });
  });

  it('invoice: confirmed and shipped without money, completed when a person records it', async () => {
    const order = await desk.invoiced();
    const parcel = await parcelOf(order);
    await desk.ship(parcel);
    await desk.scan(parcel, 'delivered');
    await desk.until(order, ({ deliveryStatus }) => deliveryStatus === 'delivered');
    await pause(300);
    expect(await desk.read(order)).toMatchObject({ status: 'confirmed', paymentStatus: 'authorized' });
    const finance = await desk.as('finance');
    expect((await desk.send('POST', `payments/${await paymentOf(order)}/captures`, {}, finance)).status).toBe(
      201,
    );
    expect(await desk.until(order, ({ status }) => status === 'completed')).toMatchObject({
      paymentStatus: 'paid',
    });
  });

  it('paid first and delivered later: completed at the doorstep', async () => {
    const order = await desk.charged('tok_approve');
    const parcel = await parcelOf(order);
    expect(
      (await desk.send('POST', `deliveries/${parcel}/ship`, { carrier: 'sandbox' }, desk.staff)).status,
    ).toBe(200);
    expect(await desk.until(order, ({ status }) => status === 'completed')).toMatchObject({
      deliveryStatus: 'delivered',
      amountDue: { amountMinor: 0 },
    });
    expect((await desk.eventsOf(order)).at(-1)).toMatch(/order\.completed$/);
  }, 30_000);

  /** As if another process held its first payment: what happens at the provider meanwhile is learned by nobody. */
  async function keepFromSettler(order: { id: string }): Promise<void> {
    const payment = await paymentOf(order);
    for (let look = 0; look < 200; look += 1) {
      const { rowCount } = await shop.database.query(
        `update payments.payment_transaction set leased_until = now() + interval '1 minute'
         where payment_id = $1 and (leased_until is null or leased_until <= now())`,
        [payment],
      );
      if (rowCount === 1) return;
      await pause(20);
    }
    throw new Error('the payment was never free');
  }

  async function newest(): Promise<{ id: string }> {
    const { rows } = await shop.database.query<{ id: string }>(
      'select id from orders."order" order by id desc limit 1',
    );
    return rows[0] ?? { id: '' };
  }

  /** The order that is being placed right now. */
  async function newestAfter(before: { id: string }): Promise<{ id: string }> {
    for (let look = 0; look < 200; look += 1) {
      const found = await newest();
      if (found.id !== before.id) return found;
      await pause(20);
    }
    throw new Error('no order was placed');
  }
});
