import { startTestApp, type TestApp } from '../support/app.js';
import { address, OrderDesk, type Placed } from '../support/order-desk.js';
import { Doorstep, type Page } from '../support/doorstep.js';
import { violationsIn } from '../support/violations.js';

const email = 'shopper@example.com';

describe('a purchase over HTTP', () => {
  let shop: TestApp;
  let desk: OrderDesk;
  let after: Doorstep;

  beforeAll(async () => {
    shop = await startTestApp({
      SANDBOX_CARRIER_PACE_MS: '20',
    });
    desk = await OrderDesk.open(shop, { prefix: 'SPINE', count: 3 });
    after = await Doorstep.open(desk);
  }, 60_000);

  afterAll(async () => {
    try {
      expect(await violationsIn(shop)).toEqual([]);
    } finally {
      await shop.close();
    }
  }, 60_000);

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
      const delivered = await after.deliver(order);
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
      const told = await after.timelineOf(order, await desk.as('support'));
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
      const guests = await after.timelineOf(order, order.as);
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
      const payment = await after.paymentOf(order);
      const refund = (amountMinor: number) =>
        desk.send('POST', `payments/${payment.id}/refunds`, { amountMinor }, after.finance);
      expect([(await refund(100)).status, (await refund(4)).status]).toEqual([201, 201]);
      const seen = await desk.until(order, ({ paymentStatus }) => paymentStatus === 'partially_refunded');
      expect(seen).toMatchObject({ status: 'completed', amountDue: { amountMinor: 0 } });
      expect(await after.paymentOf(order)).toMatchObject({ capturedMinor: 504, refundedMinor: 104 });
      const tooMuch = await refund(401);
      expect([tooMuch.status, tooMuch.body.code]).toEqual([409, 'refund-not-possible']);
    });
  });
});
