import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { OrderDesk } from '../support/order-desk.js';
import { countStatements } from '../support/statements.js';
import { violationsIn } from '../support/violations.js';

describe('placing an order', () => {
  let shop: TestApp;
  let desk: OrderDesk;

  beforeAll(async () => {
    shop = await startTestApp({
      SWEEP_INTERVAL_MS: '100',
      SETTLE_INTERVAL_MS: '50',
      PAYMENT_TIMEOUT_MS: '1000',
      PAYMENT_LEASE_SECONDS: '2',
    });
    desk = await OrderDesk.open(shop, { count: 602, units: 100_000 });
  }, 60_000);

  afterAll(async () => {
    expect(await violationsIn(shop)).toEqual([]);
    await shop.close();
  }, 60_000);

  const lines = (...quantities: number[]) =>
    quantities.map((quantity, index) => ({ sku: desk.sku(index), quantity }));

  const ordersOfCart = async (cartId: string): Promise<number> => {
    const { rows } = await shop.database.query<{ count: number }>(
      'select count(*)::int as count from orders."order" where cart_id = $1',
      [cartId],
    );
    return rows[0]?.count ?? 0;
  };

  describe('of a cart', () => {
    it('by invoice confirms it, promises the stock and opens the parcel in the answer', async () => {
      const before = await desk.stockOf(desk.sku(0));
      const order = await desk.checkOut(await desk.fillCart(lines(2, 1)), { provider: 'invoice' });
      expect(order.status).toBe(201);
      expect(order.body).toMatchObject({
        status: 'confirmed',
        paymentStatus: 'authorized',
        deliveryStatus: 'unfulfilled',
      });
      expect(order.body).toMatchObject({
        lineCount: 2,
        unitCount: 3,
        amountDue: { amountMinor: 0, currency: 'GBP' },
        totals: { total: 301 },
      });
      expect(order.body.deliveries).toHaveLength(1);
      expect(order.headers.get('location')).toBe(`/v1/orders/${order.id}`);
      expect(await desk.eventsOf(order)).toEqual([
        '1 order.placed',
        '2 order.payment_status_changed',
        '3 order.confirmed',
      ]);
      expect((await desk.stockOf(desk.sku(0))).reserved).toBe(before.reserved + 2);
    });

    it('at another total than the shopper saw is refused with both, and the cart stays open', async () => {
      const cart = await desk.fillCart(lines(1));
      const refused = await desk.checkOut({ ...cart, total: 99 }, { provider: 'invoice' });
      expect([refused.status, refused.body.code]).toEqual([409, 'total-changed']);
      expect(refused.body).toMatchObject({
        expectedTotal: { amountMinor: 99 },
        actualTotal: { amountMinor: 100 },
      });
      expect((await desk.checkOut(cart, { provider: 'invoice' })).status).toBe(201);
    });

    it('happens once: another try leads to the order that is there', async () => {
      const cart = await desk.fillCart(lines(1));
      const order = await desk.checkOut(cart);
      const again = await desk.checkOut(cart);
      expect([again.status, again.body.code, again.body.orderId]).toEqual([
        409,
        'cart-already-ordered',
        order.id,
      ]);
      expect(again.headers.get('location')).toBe(`/v1/orders/${order.id}`);
    });

    it('happens once, however many try at the same time', async () => {
      const cart = await desk.fillCart(lines(1));
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => desk.checkOut(cart, { provider: 'invoice' })),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(
        answers.filter(({ status, body }) => status === 409 && body.code === 'cart-already-ordered'),
      ).toHaveLength(9);
      expect(await ordersOfCart(cart.id)).toBe(1);
    });

    it('is not for strangers, nor for carts that lack something', async () => {
      const cart = await desk.fillCart(lines(1));
      const stranger = await desk.fillCart(lines(1));
      expect((await desk.checkOut({ ...cart, as: stranger.as })).status).toBe(404);
      const { body, headers } = await desk.send<{ id: string }>('POST', 'carts', { lines: lines(1) });
      const empty = { id: body.id, as: { 'Cart-Token': headers.get('cart-token') ?? '' }, total: 100 };
      expect((await desk.checkOut(empty)).body.code).toBe('cart-incomplete');
    });

    it('needs an Idempotency-Key', async () => {
      const cart = await desk.fillCart(lines(1));
      const body = { expectedTotal: { amountMinor: cart.total, currency: 'GBP' } };
      const answer = await desk.send('POST', `carts/${cart.id}/checkout`, body, {
        ...cart.as,
        'Idempotency-Key': undefined,
      });
      expect([answer.status, answer.body.code]).toEqual([400, 'idempotency-key-missing']);
    });

    it('100 times at once under one key is one order, and all get the same answer in the end', async () => {
      const cart = await desk.fillCart(lines(1));
      const key = randomUUID();
      const tally = new Map<string, number>();
      const bodies = new Set<string>();
      const shopper = async (): Promise<void> => {
        for (;;) {
          const answer = await desk.checkOut(cart, { provider: 'sandbox', instrument: 'tok_approve' }, key);
          const said =
            answer.status < 300
              ? answer.headers.has('idempotent-replayed')
                ? 'replayed'
                : 'first'
              : `${answer.status} ${answer.body.code}`;
          tally.set(said, (tally.get(said) ?? 0) + 1);
          if (answer.status < 300)
            return void bodies.add(
              JSON.stringify([answer.status, answer.body, answer.as, answer.headers.get('etag')]),
            );
          expect(['409 idempotency-in-progress', '503 database-busy']).toContain(said);
          expect(answer.headers.get('retry-after')).toMatch(/^[1-9]/);
        }
      };
      await Promise.all(Array.from({ length: 100 }, shopper));
      console.log('100 equal checkouts under one key:', Object.fromEntries(tally));
      expect([tally.get('first'), bodies.size, await ordersOfCart(cart.id)]).toEqual([1, 1, 1]);
    }, 60_000);
  });

  describe('in one call', () => {
    it('without a payment leaves it to be paid, until it expires', async () => {
      const order = await desk.place();
      expect(order.status).toBe(201);
      expect(order.body).toMatchObject({
        status: 'pending',
        paymentStatus: 'unpaid',
        amountDue: { amountMinor: 100 },
        payments: [],
        deliveries: [],
      });
      const paid = await desk.pay(order, 'tok_approve');
      expect([paid.status, paid.body.status, paid.body.paymentStatus]).toEqual([201, 'confirmed', 'paid']);
    });

    it('names every item that is not on sale, and every one that is short', async () => {
      const unknown = await desk.send('POST', 'orders', {
        lines: [{ sku: 'NOBODY-KNOWS', quantity: 1 }],
        email: 'shopper@example.com',
        shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'GB' },
        expectedTotal: { amountMinor: 1, currency: 'GBP' },
      });
      expect([unknown.status, unknown.body.code]).toEqual([422, 'not-available']);
      const short = await desk.place({
        lines: [
          { sku: desk.sku(600), quantity: 99_999 },
          { sku: desk.sku(601), quantity: 1 },
        ],
      });
      expect(short.status).toBe(201);
      const refused = await desk.place({
        lines: [
          { sku: desk.sku(600), quantity: 2 },
          { sku: desk.sku(601), quantity: 1 },
        ],
      });
      expect([refused.status, refused.body.code]).toEqual([409, 'out-of-stock']);
      expect(refused.body).toMatchObject({ lines: [{ sku: desk.sku(600), requested: 2, available: 1 }] });
    });

    it('is confirmed at once where the total is zero', async () => {
      const headers = { ...desk.staff, 'content-type': 'application/json' };
      const free = {
        sku: `FREE-${randomUUID()}`,
        name: 'A gift',
        price: { amountMinor: 0, currency: 'GBP' },
      };
      expect((await desk.send('POST', 'items', free, headers)).status).toBe(201);
      expect(
        (await desk.send('POST', `stock/${free.sku}/receipts`, { quantity: 1 }, headers)).status,
      ).toBeLessThan(300);
      const order = await desk.send('POST', 'orders', {
        lines: [{ sku: free.sku, quantity: 1 }],
        email: 'shopper@example.com',
        shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'GB' },
        expectedTotal: { amountMinor: 0, currency: 'GBP' },
        payment: { provider: 'sandbox', instrument: 'tok_decline' },
      });
      expect([order.status, order.body.status, order.body.payments?.length]).toEqual([201, 'confirmed', 0]);
    });

    it('replays the same bytes and the same secret under the same key', async () => {
      const key = randomUUID();
      const first = await desk.place({ key, payment: { provider: 'sandbox', instrument: 'tok_approve' } });
      const again = await desk.place({ key, payment: { provider: 'sandbox', instrument: 'tok_approve' } });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect([again.body, again.as, again.headers.get('location')]).toEqual([
        first.body,
        first.as,
        first.headers.get('location'),
      ]);
    });
  });

  it('gives the last 50 units to 50 of 200 shoppers, and a plain no to the others', async () => {
    const [sku = ''] = (await OrderDesk.open(shop, { prefix: 'LAST', count: 1, units: 50 })).skus;
    const carts: Awaited<ReturnType<typeof desk.fillCart>>[] = [];
    // The crowd is at the checkout: a slow machine would refuse one at the shelf.
    while (carts.length < 200)
      carts.push(
        ...(await Promise.all(Array.from({ length: 20 }, () => desk.fillCart([{ sku, quantity: 1 }])))),
      );
    const tally = new Map<string, number>();
    const shopper = async (cart: (typeof carts)[number]): Promise<void> => {
      for (;;) {
        const { status, body, headers } = await desk.checkOut(cart, { provider: 'invoice' });
        const said = status === 201 ? 'ordered' : `${status} ${body.code}`;
        tally.set(said, (tally.get(said) ?? 0) + 1);
        if (status !== 503) return;
        expect(headers.get('retry-after')).toMatch(/^[1-9]/);
      }
    };
    await Promise.all(carts.map(shopper));
    console.log('200 shoppers for 50 units:', Object.fromEntries(tally));
    expect([tally.get('ordered'), tally.get('409 out-of-stock')]).toEqual([50, 150]);
    expect([...tally.keys()].filter((said) => said.startsWith('500'))).toEqual([]);
    expect(await desk.stockOf(sku)).toEqual({ onHand: 50, reserved: 50 });
  }, 120_000);

  it('costs as many statements with 600 lines as with 2', async () => {
    const many = desk.skus.slice(0, 600).map((sku) => ({ sku, quantity: 1 }));
    const counts: Record<string, number[]> = {};
    for (const [name, payment] of [
      ['invoice', { provider: 'invoice' }],
      ['sandbox', { provider: 'sandbox', instrument: 'tok_approve+webhook_lost' }],
      ['no payment', undefined],
    ] as const) {
      counts[name] = [];
      for (const wanted of [lines(1, 1), many]) {
        const cart = await desk.fillCart(wanted);
        const { count } = await countStatements(async () => {
          expect((await desk.checkOut(cart, payment)).status).toBe(201);
        });
        counts[name].push(count);
      }
    }
    console.log('statements of a checkout with 2 and 600 lines:', counts);
    for (const [two, sixHundred] of Object.values(counts)) expect(sixHundred).toBe(two);
  }, 60_000);
});
