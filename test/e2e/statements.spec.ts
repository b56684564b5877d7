import { startTestApp, type TestApp } from '../support/app.js';
import { EventReader } from '../support/event-reader.js';
import { address, OrderDesk } from '../support/order-desk.js';
import { countStatements } from '../support/statements.js';

interface Cost {
  operation: string;
  few: number;
  many: number;
}

const sandbox = { provider: 'sandbox', instrument: 'tok_approve+webhook_lost' };
const invoice = { provider: 'invoice' };

describe('the SQL statements of an operation, BEGIN and COMMIT included', () => {
  let shop: TestApp;
  let desk: OrderDesk;
  const costs: Cost[] = [];

  beforeAll(async () => {
    shop = await startTestApp();
    desk = await OrderDesk.open(shop, { prefix: 'COUNT', count: 600 });
  }, 60_000);

  afterAll(async () => {
    const row = ({ operation, few, many }: Cost): string =>
      `${operation.padEnd(58)}${String(few).padStart(5)}${String(many).padStart(6)}`;
    console.log(['statements'.padEnd(58) + '  few  many', ...costs.map(row)].join('\n'));
    await shop.close();
  }, 60_000);

  const lines = (count: number) => desk.skus.slice(0, count).map((sku) => ({ sku, quantity: 1 }));

  async function costOf(status: number, send: () => Promise<{ status: number }>): Promise<number> {
    let seen = 0;
    const { count } = await countStatements(async () => {
      seen = (await send()).status;
    });
    expect(seen).toBe(status);
    return count;
  }

  /** It may fall: an order of 600 lines is shown without them. */
  function expectNoGrowth(operation: string, few: number, many: number): void {
    costs.push({ operation, few, many });
    expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThanOrEqual(few);
  }

  it('that reads an item, or a list of them', async () => {
    const read = (sku: string) => costOf(200, () => desk.send('GET', `items/${sku}`));
    expectNoGrowth('read item (first look, second look)', await read(desk.sku(1)), await read(desk.sku(1)));
    const list = (limit: number) => costOf(200, () => desk.send('GET', `items?limit=${limit}`));
    expectNoGrowth('list items (1 row, 200 rows)', await list(1), await list(200));
  });

  it('that adds lines to a cart', async () => {
    const add = async (count: number): Promise<number> => {
      const cart = await desk.send<{ id: string }>('POST', 'carts', {});
      const as = { 'Cart-Token': cart.headers.get('cart-token') ?? '' };
      return costOf(200, () => desk.send('POST', `carts/${cart.body.id}/lines`, { lines: lines(count) }, as));
    };
    expectNoGrowth('add lines (1 line, 600 lines)', await add(1), await add(600));
  });

  it.each([
    ['invoice', invoice],
    ['sandbox payment', sandbox],
    ['no payment', undefined],
  ])(
    'that checks a cart out with %s',
    async (name, payment) => {
      const checkOut = async (count: number): Promise<number> => {
        const cart = await desk.fillCart(lines(count));
        return costOf(201, () => desk.checkOut(cart, payment));
      };
      expectNoGrowth(`check out, ${name} (2 lines, 600 lines)`, await checkOut(2), await checkOut(600));
    },
    60_000,
  );

  it('that places an order in one call', async () => {
    const place = (count: number) => costOf(201, () => desk.place({ lines: lines(count), payment: invoice }));
    expectNoGrowth('place order, invoice (2 lines, 600 lines)', await place(2), await place(600));
  });

  it('that reads an order, its lines and its timeline', async () => {
    const [small, large] = [await desk.invoiced(lines(2)), await desk.invoiced(lines(600))];
    const read = (order: { id: string }, part = '') =>
      costOf(200, () => desk.send('GET', `orders/${order.id}${part}`, undefined, desk.staff));
    expectNoGrowth('read order (2 lines, 600 lines)', await read(small), await read(large));
    expectNoGrowth(
      'list order lines (2 rows, 200 rows)',
      await read(small, '/lines?limit=200'),
      await read(large, '/lines?limit=200'),
    );
    expectNoGrowth(
      'read timeline (1 row, all rows)',
      await read(small, '/timeline?limit=1'),
      await read(large, '/timeline?limit=200'),
    );
  });

  it('that opens the stream of an order', async () => {
    const [small, large] = [await desk.invoiced(lines(2)), await desk.invoiced(lines(600))];
    const open = ({ id }: { id: string }) =>
      costOf(200, async () => {
        const reader = await EventReader.open(`${shop.url}/v1/orders/${id}/events`, desk.staff);
        await reader.cut();
        return reader.answer;
      });
    expectNoGrowth('open stream (2 lines, 600 lines)', await open(small), await open(large));
  });

  it('that cancels an order', async () => {
    const cancel = async (count: number): Promise<number> => {
      const order = await desk.invoiced(lines(count));
      return costOf(200, () => desk.cancel(order));
    };
    expectNoGrowth('cancel order, invoice (2 lines, 600 lines)', await cancel(2), await cancel(600));
  }, 60_000);

  it('that lists orders and parcels', async () => {
    await placeMany(200);
    const list = (path: string, limit: number) =>
      costOf(200, () => desk.send('GET', `${path}?limit=${limit}`, undefined, desk.staff));
    expectNoGrowth('list orders (1 row, 200 rows)', await list('orders', 1), await list('orders', 200));
    expectNoGrowth(
      'list deliveries (1 row, 200 rows)',
      await list('deliveries', 1),
      await list('deliveries', 200),
    );
    expectNoGrowth('list carts (1 row, all rows)', await list('carts', 1), await list('carts', 200));
    await shop.database.query(
      `insert into events.dead_letter (consumer, source_topic, source_partition, source_offset, reason, error, tries)
       select 'orders', 'shop.orders', 0, n, 'Error', 'Error', 1 from generate_series(1, 201) as n`,
    );
    expectNoGrowth(
      'list dead letters (1 row, 200 rows)',
      await list('dead-letters', 1),
      await list('dead-letters', 200),
    );
    const status = () => costOf(200, () => desk.send('GET', 'events/status', undefined, desk.staff));
    expectNoGrowth('events status (first look, second look)', await status(), await status());
    const page = await desk.send<{ items: unknown[] }>('GET', 'orders?limit=200', undefined, desk.staff);
    expect(page.body.items).toHaveLength(200);
  }, 60_000);

  it('that ships a parcel', async () => {
    const ship = async (count: number): Promise<number> => {
      const { deliveries } = await desk.read(await desk.invoiced(lines(count)));
      return costOf(200, () => desk.ship(deliveries[0]?.id ?? ''));
    };
    expectNoGrowth('ship a parcel (2 lines, 600 lines)', await ship(2), await ship(600));
  }, 60_000);

  async function placeMany(count: number): Promise<void> {
    const expectedTotal = { amountMinor: 100, currency: 'GBP' };
    const body = {
      lines: lines(1),
      email: 'shopper@example.com',
      shippingAddress: address,
      expectedTotal,
      payment: invoice,
    };
    for (let placed = 0; placed < count; placed += 20)
      await Promise.all(Array.from({ length: 20 }, () => desk.send('POST', 'orders', body)));
  }
});
