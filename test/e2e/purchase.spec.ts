import { startTestApp, type TestApp } from '../support/app.js';
import { address, OrderDesk, type OrderBody, type Placed } from '../support/order-desk.js';
import { violationsIn } from '../support/violations.js';

interface Page<Item> {
  items: Item[];
}

interface TimelineEntry {
  version: number;
  type: string;
  status: string;
  paymentStatus: string;
  deliveryStatus: string;
  actor?: string;
}

const email = 'shopper@example.com';

describe('a purchase over HTTP', () => {
  let shop: TestApp;
  let desk: OrderDesk;
  let fulfilment: Record<string, string>;
  let finance: Record<string, string>;

  beforeAll(async () => {
    shop = await startTestApp({
      SANDBOX_CARRIER_PACE_MS: '20',
      PAYMENT_TIMEOUT_MS: '1000',
      PAYMENT_LEASE_SECONDS: '2',
      SETTLE_INTERVAL_MS: '50',
    });
    desk = await OrderDesk.open(shop, { prefix: 'SPINE', count: 3 });
    fulfilment = await desk.as('fulfilment');
    finance = await desk.as('finance');
  }, 60_000);

  afterAll(async () => {
    try {
      expect(await violationsIn(shop)).toEqual([]);
    } finally {
      await shop.close();
    }
  }, 60_000);

  const paymentOf = ({ payments = [] }: OrderBody, index = 0) => {
    const payment = payments[index];
    if (!payment) throw new Error(`the order has ${payments.length} payments`);
    return payment;
  };

  async function timelineOf(order: { id: string }, as: Record<string, string>): Promise<TimelineEntry[]> {
    const { status, body } = await desk.send<Page<TimelineEntry>>(
      'GET',
      `orders/${order.id}/timeline`,
      undefined,
      as,
    );
    expect(status).toBe(200);
    return body.items;
  }

  /** The warehouse's part, by its own role: packed, then handed to the sandbox carrier, which brings it to the door. */
  async function deliver(order: { id: string }): Promise<OrderBody> {
    const { deliveries } = await desk.read(order, fulfilment);
    for (const { id } of deliveries) {
      expect((await desk.send('POST', `deliveries/${id}/pack`, {}, fulfilment)).body.status).toBe('packed');
      const shipped = await desk.send<{ status: string; trackingNumber: string }>(
        'POST',
        `deliveries/${id}/ship`,
        { carrier: 'sandbox' },
        fulfilment,
      );
      expect([shipped.status, shipped.body.status]).toEqual([200, 'shipped']);
      expect(shipped.body.trackingNumber).toMatch(/\S/);
    }
    return desk.until(order, ({ deliveryStatus }) => deliveryStatus === 'delivered');
  }

  describe('by a guest, from the first line to the doorstep', () => {
    let cart: { id: string; as: Record<string, string> };
    let order: Placed;

    it('fills a cart, one line and then many', async () => {
      const opened = await desk.send<{ id: string }>('POST', 'carts', {});
      expect(opened.status).toBe(201);
      cart = { id: opened.body.id, as: { 'Cart-Token': opened.headers.get('cart-token') ?? '' } };
      const lines = (...wanted: [number, number][]) => ({
        lines: wanted.map(([index, quantity]) => ({ sku: desk.sku(index), quantity })),
      });
      expect((await desk.send('POST', `carts/${cart.id}/lines`, lines([0, 1]), cart.as)).status).toBe(200);
      const filled = await desk.send(
        'POST',
        `carts/${cart.id}/lines`,
        lines([1, 2], [2, 1], [0, 1]),
        cart.as,
      );
      expect(filled.body.lines?.map(({ sku, quantity }) => [sku, quantity])).toEqual([
        [desk.sku(0), 2],
        [desk.sku(1), 2],
        [desk.sku(2), 1],
      ]);
      expect(filled.body.totals.total).toBe(2 * 100 + 2 * 101 + 102);
    });

    it('hears what is still missing, says it, and hears that all is well', async () => {
      const validate = () =>
        desk.send<{ isValid?: boolean; problems: { code: string }[] }>(
          'POST',
          `carts/${cart.id}/validate`,
          {},
          cart.as,
        );
      const before = await validate();
      expect(before.body.problems.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['address-missing']),
      );
      const seen = await desk.send('GET', `carts/${cart.id}`, undefined, cart.as);
      const match = { ...cart.as, 'If-Match': seen.headers.get('etag') ?? '' };
      expect(
        (await desk.send('PATCH', `carts/${cart.id}`, { email, shippingAddress: address }, match)).status,
      ).toBe(200);
      expect((await validate()).body.problems).toEqual([]);
    });

    it('checks out with sandbox money, and gets the secret of the order', async () => {
      order = await desk.checkOut(
        { ...cart, total: 504 },
        { provider: 'sandbox', instrument: 'tok_approve' },
      );
      expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([201, 'confirmed', 'paid']);
      expect(order.as).toHaveProperty('Order-Token');
      expect(await desk.stockOf(desk.sku(1))).toEqual({ onHand: 10_000, reserved: 2 });
    });

    it('has it packed, shipped and brought to the door, whereupon the order is completed', async () => {
      const delivered = await deliver(order);
      expect(delivered.lines?.map(({ quantity, shipped }) => [quantity, shipped])).toEqual([
        [2, 2],
        [2, 2],
        [1, 1],
      ]);
      const completed = await desk.until(order, ({ status }) => status === 'completed');
      expect(completed).toMatchObject({
        paymentStatus: 'paid',
        deliveryStatus: 'delivered',
        amountDue: { amountMinor: 0 },
      });
      expect(await desk.stockOf(desk.sku(1))).toEqual({ onHand: 9998, reserved: 0 });
    });

    it('leaves a timeline that names each change, to staff also who made it', async () => {
      const told = await timelineOf(order, await desk.as('support'));
      expect(told.map(({ version }) => version)).toEqual(told.map((_entry, index) => index + 1));
      expect(told.slice(0, 4).map(({ type, paymentStatus }) => [type, paymentStatus])).toEqual([
        ['order.placed', 'unpaid'],
        ['order.payment_status_changed', 'pending'],
        ['order.payment_status_changed', 'paid'],
        ['order.confirmed', 'paid'],
      ]);
      expect(told.at(-1)).toMatchObject({
        type: 'order.completed',
        status: 'completed',
        deliveryStatus: 'delivered',
      });
      expect(told[0]?.actor).toBe(`guest:${cart.id}`);
      expect(told.every(({ actor }) => actor !== undefined)).toBe(true);
      const guests = await timelineOf(order, order.as);
      expect(guests.map(({ type }) => type)).toEqual(told.map(({ type }) => type));
      expect(guests.every(({ actor }) => actor === undefined)).toBe(true);
    });

    it('is found by its number and email, by the guest without a secret and by staff', async () => {
      const number = order.body.number.toLowerCase().replaceAll('-', ' ');
      const found = await desk.send<{
        status: string;
        parcels: { status: string; trackingNumber: string }[];
      }>('POST', 'orders/lookup', { number, email });
      expect([found.status, found.body.status]).toEqual([200, 'completed']);
      expect(found.body.parcels).toMatchObject([{ status: 'delivered' }]);
      expect(found.headers.has('order-token')).toBe(false);
      expect((await desk.send('POST', 'orders/lookup', { number, email: 'other@example.com' })).status).toBe(
        404,
      );
      const searched = await desk.send<Page<{ id: string }>>(
        'POST',
        'orders/search',
        { number },
        await desk.as('support'),
      );
      expect(searched.body.items.map(({ id }) => id)).toEqual([order.id]);
    });

    it('gets money back in part, for which nothing becomes due', async () => {
      const payment = paymentOf(await desk.read(order));
      const refund = (amountMinor: number) =>
        desk.send('POST', `payments/${payment.id}/refunds`, { amountMinor }, finance);
      expect([(await refund(100)).status, (await refund(4)).status]).toEqual([201, 201]);
      const seen = await desk.until(order, ({ paymentStatus }) => paymentStatus === 'partially_refunded');
      expect(seen).toMatchObject({ status: 'completed', amountDue: { amountMinor: 0 } });
      expect(paymentOf(seen)).toMatchObject({ capturedMinor: 504, refundedMinor: 104 });
      const tooMuch = await refund(401);
      expect([tooMuch.status, tooMuch.body.code]).toEqual([409, 'refund-not-possible']);
    });
  });

  it('by invoice is completed when a person records that the money came', async () => {
    const cart = await desk.fillCart([{ sku: desk.sku(0), quantity: 3 }]);
    const order = await desk.checkOut(cart, { provider: 'invoice' });
    expect([order.status, order.body.status, order.body.paymentStatus]).toEqual([
      201,
      'confirmed',
      'authorized',
    ]);
    expect(await deliver(order)).toMatchObject({ status: 'confirmed', paymentStatus: 'authorized' });
    const captured = await desk.send(
      'POST',
      `payments/${paymentOf(await desk.read(order)).id}/captures`,
      {},
      finance,
    );
    expect([captured.status, captured.body.status]).toEqual([201, 'captured']);
    const completed = await desk.until(order, ({ status }) => status === 'completed');
    expect(completed).toMatchObject({ paymentStatus: 'paid', deliveryStatus: 'delivered' });
    const told = await timelineOf(order, desk.staff);
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
    await deliver(order);
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
    await deliver(order);
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
    const settled = await desk.until(order, ({ status }) => status === 'confirmed');
    expect(settled).toMatchObject({ paymentStatus: 'paid', hasUnknownPayment: false });
    expect(settled.payments).toMatchObject([{ capturedMinor: 102 }]);
    await deliver(order);
    await desk.until(order, ({ status }) => status === 'completed');
  }, 30_000);
});
