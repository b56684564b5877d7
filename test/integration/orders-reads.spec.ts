import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import { type OrderBody, OrderDesk, type Placed } from '../support/order-desk.js';
import { countStatements } from '../support/statements.js';
import { violationsIn } from '../support/violations.js';

interface Page<Item = OrderBody> {
  items: Item[];
  nextCursor?: string;
}

interface Entry {
  version: number;
  type: string;
  status: string;
  actor?: string;
  reason?: string;
  lines?: { quantity: number }[];
}

describe('reading orders', () => {
  let shop: TestApp;
  let desk: OrderDesk;
  let support: Record<string, string>;
  let customer: Record<string, string>;

  beforeAll(async () => {
    shop = await startTestApp({ SETTLE_INTERVAL_MS: '50' });
    desk = await OrderDesk.open(shop, { count: 250 });
    support = await desk.as('support');
    customer = await desk.as('customer', 'carol');
  }, 60_000);

  afterAll(async () => {
    expect(await violationsIn(shop)).toEqual([]);
    await shop.close();
  }, 180_000);

  const list = async (query: string, as = support): Promise<Page> => {
    const { status, body } = await desk.send<Page>('GET', `orders?${query}`, undefined, as);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  };
  const idsOf = ({ items }: Page): string[] => items.map(({ id }) => id);

  describe('one', () => {
    it('is for its guest, its customer and staff, and a 404 for everybody else', async () => {
      const guests = await desk.place();
      const customers = await desk.invoiced(undefined, customer);
      const stranger = await desk.place();
      const statusFor = async (order: Placed, as: Record<string, string>) =>
        (await desk.send('GET', `orders/${order.id}`, undefined, as)).status;
      expect(await statusFor(guests, guests.as)).toBe(200);
      expect(await statusFor(customers, customer)).toBe(200);
      expect(await statusFor(guests, support)).toBe(200);
      expect(await statusFor(guests, stranger.as)).toBe(404);
      expect(await statusFor(customers, await desk.as('customer', 'mallory'))).toBe(404);
      expect(await statusFor({ ...guests, id: randomUUID() }, support)).toBe(404);
      expect(await statusFor(guests, {})).toBe(401);
    });

    it('shows payments to those who may read them, and reasons for attention to staff', async () => {
      const order = await desk.charged('tok_approve');
      expect((await desk.read(order, order.as)).attention).toBeUndefined();
      expect((await desk.read(order, order.as)).payments).toHaveLength(1);
      const fulfilment = await desk.read(order, await desk.as('fulfilment'));
      expect([fulfilment.payments, fulfilment.attention]).toEqual([undefined, []]);
    });

    it('answers 304 until it or one of its parts changes', async () => {
      const order = await desk.invoiced();
      const look = (etag?: string) =>
        desk.send('GET', `orders/${order.id}`, undefined, {
          ...order.as,
          ...(etag ? { 'If-None-Match': etag } : {}),
        });
      const etag = (await look()).headers.get('etag') ?? '';
      expect(etag).toBe(order.headers.get('etag'));
      expect((await look(etag)).status).toBe(304);
      await desk.send('POST', `deliveries/${order.body.deliveries[0]?.id}/pack`, {}, desk.staff);
      expect((await look(etag)).status).toBe(200);
    });

    it('with many lines links to them, and costs no more statements', async () => {
      const many = await desk.invoiced(desk.skus.map((sku) => ({ sku, quantity: 1 })));
      const few = await desk.invoiced(desk.skus.slice(0, 200).map((sku) => ({ sku, quantity: 1 })));
      const two = await desk.invoiced(desk.skus.slice(0, 2).map((sku) => ({ sku, quantity: 1 })));
      expect(few.body.lines).toHaveLength(200);
      expect(many.body).toMatchObject({ lineCount: 250, linesUrl: `/v1/orders/${many.id}/lines` });
      expect(many.body.lines).toBeUndefined();
      const counts = [];
      for (const order of [two, few, many])
        counts.push((await countStatements(() => desk.read(order, order.as))).count);
      console.log('statements of reading an order with 2, 200 and 250 lines:', counts);
      expect(counts[1]).toBe(counts[0]);
      expect(counts[2]).toBeLessThanOrEqual(counts[0] ?? 0);
    });

    it('pages through its lines in their order', async () => {
      const order = await desk.invoiced(desk.skus.map((sku) => ({ sku, quantity: 1 })));
      const seen: string[] = [];
      let cursor = '';
      do {
        const { body } = await desk.send<Page<{ sku: string }>>(
          'GET',
          `orders/${order.id}/lines?limit=100${cursor}`,
          undefined,
          order.as,
        );
        seen.push(...body.items.map(({ sku }) => sku));
        cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : '';
      } while (cursor);
      expect(seen).toEqual(desk.skus);
      expect(
        (await desk.send('GET', `orders/${order.id}/lines?cursor=nonsense`, undefined, order.as)).status,
      ).toBe(400);
    });

    it('tells each change, when, and to staff who', async () => {
      const order = await desk.invoiced([{ sku: desk.sku(0), quantity: 3 }]);
      const unit = {
        lines: [{ orderLineId: order.body.lines?.[0]?.orderLineId, quantity: 1 }],
        reason: 'changed_mind',
      };
      await desk.cancel(order, support, unit);
      const timeline = async (as: Record<string, string>) =>
        (await desk.send<Page<Entry>>('GET', `orders/${order.id}/timeline`, undefined, as)).body.items;
      const seen = await timeline(support);
      expect(seen.map(({ version, type }) => `${version} ${type}`)).toEqual(await desk.eventsOf(order));
      expect(seen.at(-1)).toMatchObject({
        type: 'order.lines_canceled',
        reason: 'changed_mind',
        lines: [{ quantity: 1 }],
        status: 'confirmed',
      });
      expect(seen.at(-1)?.actor).toMatch(/^staff:/);
      const shoppers = await timeline(order.as);
      expect(shoppers).toHaveLength(seen.length);
      expect(shoppers.some(({ actor, reason }) => (actor ?? reason) !== undefined)).toBe(false);
      expect(JSON.stringify(seen)).not.toContain('example.com');
    });
  });

  describe('lists', () => {
    it('page through everything once, newest first', async () => {
      for (let count = 0; count < 5; count += 1) await desk.place();
      const { rows } = await shop.database.query<{ id: string }>(
        'select id from orders."order" order by placed_at desc, id desc',
      );
      const seen: string[] = [];
      let page: Page = { items: [] };
      do {
        page = await list(`limit=3${page.nextCursor ? `&cursor=${page.nextCursor}` : ''}`);
        seen.push(...idsOf(page));
      } while (page.nextCursor);
      expect(seen).toEqual(rows.map(({ id }) => id));
    });

    it('give a customer nobody else’s orders, and a guest none', async () => {
      const own = await desk.invoiced(undefined, customer);
      const guests = await desk.place();
      const seen = await list('limit=200', customer);
      expect(idsOf(seen)).toContain(own.id);
      expect(idsOf(seen)).not.toContain(guests.id);
      expect(new Set(seen.items.map(({ customerId }) => customerId)).size).toBe(1);
      expect((await desk.send('GET', 'orders', undefined, guests.as)).status).toBe(403);
    });

    it('are narrowed down by status, payment, delivery, customer, time and number', async () => {
      const paid = await desk.charged('tok_approve', undefined, customer);
      const unpaid = await desk.place();
      await desk.ship(paid.body.deliveries[0]?.id ?? '');
      const { customerId, number } = await desk.until(
        paid,
        ({ deliveryStatus }) => deliveryStatus === 'shipped',
      );
      const soon = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
      const filters = [
        'status=confirmed',
        'paymentStatus=paid',
        'deliveryStatus=shipped',
        `customerId=${customerId}`,
        `number=${number}`,
        `placedTo=${soon}&status=confirmed`,
      ];
      for (const filter of filters) {
        const seen = idsOf(await list(`limit=200&${filter}`));
        expect([filter, seen.includes(paid.id), seen.includes(unpaid.id)]).toEqual([filter, true, false]);
      }
      expect(idsOf(await list(`placedFrom=${soon}`))).toEqual([]);
      expect((await desk.send('GET', 'orders?status=nonsense', undefined, support)).status).toBe(400);
      expect((await desk.send('GET', 'orders?sort=price', undefined, support)).status).toBe(400);
    });

    it('show what needs a person: money due or to be returned, a parcel in trouble', async () => {
      const order = await desk.charged('tok_approve');
      const parcel = order.body.deliveries[0]?.id ?? '';
      await desk.ship(parcel);
      await desk.scan(parcel, 'lost');
      await desk.until(order, ({ attention }) => attention?.includes('delivery-trouble') ?? false);
      expect(idsOf(await list('limit=200&needsAttention=true'))).toContain(order.id);
      expect(idsOf(await list('limit=200&needsAttention=false'))).not.toContain(order.id);
    });

    it('count an outcome that is unknown for long among them', async () => {
      const order = await desk.place();
      await shop.database.query(
        `update orders."order" set payment_unknown_since = now() - interval '16 minutes' where id = $1`,
        [order.id],
      );
      expect((await desk.read(order)).attention).toEqual(['payment-unknown']);
      expect(idsOf(await list('limit=200&needsAttention=true'))).toContain(order.id);
      await shop.database.query('update orders."order" set payment_unknown_since = now() where id = $1', [
        order.id,
      ]);
      expect(idsOf(await list('limit=200&needsAttention=true'))).not.toContain(order.id);
    });

    it('cost one statement beside the sign-in, however long they are', async () => {
      const short = await countStatements(() => list('limit=1'));
      const long = await countStatements(() => list('limit=200'));
      console.log('statements of listing 1 and up to 200 orders:', [short.count, long.count]);
      expect(long.count).toBe(short.count);
    });
  });

  describe('finding one', () => {
    it('by number and email gives a guest its progress without any secret', async () => {
      const order = await desk.invoiced();
      const number = order.body.number.replace('-', ' ').toLowerCase();
      const found = await desk.send('POST', 'orders/lookup', { number, email: 'Shopper@Example.com' });
      expect(found.body).toMatchObject({
        id: order.id,
        status: 'confirmed',
        parcels: [{ status: 'pending' }],
      });
      expect(found.headers.get('order-token')).toBeNull();
      expect(JSON.stringify(found.body)).not.toMatch(/High Street|example\.com/i);
    });

    it('gives the same 404 for a wrong number and for a wrong email', async () => {
      const { body } = await desk.invoiced();
      const refusals = [];
      for (const wrong of [
        { number: body.number, email: 'other@example.com' },
        { number: 'ABCDE-FGHJK', email: 'shopper@example.com' },
      ]) {
        const { status, body: problem } = await desk.send<Record<string, unknown>>(
          'POST',
          'orders/lookup',
          wrong,
        );
        refusals.push([status, problem['code'], problem['detail']]);
      }
      expect(refusals[0]).toEqual([404, 'order-not-found', refusals[0]?.[2]]);
      expect(refusals[1]).toEqual(refusals[0]);
    });

    it('by number or by email is for staff', async () => {
      const order = await desk.invoiced();
      const byNumber = await desk.send<Page>('POST', 'orders/search', { number: order.body.number }, support);
      expect(idsOf(byNumber.body)).toEqual([order.id]);
      const byEmail = await desk.send<Page>(
        'POST',
        'orders/search',
        { email: 'SHOPPER@example.com', limit: 200 },
        support,
      );
      expect(idsOf(byEmail.body)).toContain(order.id);
      expect((await desk.send('POST', 'orders/search', {}, support)).status).toBeGreaterThanOrEqual(400);
      expect((await desk.send('POST', 'orders/search', { number: order.body.number }, customer)).status).toBe(
        403,
      );
    });
  });

  it('reports the day: orders, revenue, units and how many of each status', async () => {
    const report = async () =>
      (
        await desk.send<{
          orders: number;
          revenueMinor: number;
          units: number;
          byStatus: { status: string; orders: number }[];
        }>('GET', 'reports/today', undefined, support)
      ).body;
    const before = await report();
    const order = await desk.charged('tok_approve', [{ sku: desk.sku(0), quantity: 4 }]);
    await desk.cancel(order, desk.staff, {
      lines: [{ orderLineId: order.body.lines?.[0]?.orderLineId, quantity: 1 }],
    });
    await desk.place();
    const after = await report();
    expect([
      after.orders - before.orders,
      after.revenueMinor - before.revenueMinor,
      after.units - before.units,
    ]).toEqual([2, 300, 3]);
    expect(after.byStatus.reduce((sum, { orders }) => sum + orders, 0)).toBe(after.orders);
    expect((await desk.send('GET', 'reports/today', undefined, customer)).status).toBe(403);
  });
});
