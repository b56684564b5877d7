import { ShopClient } from '../../src/replay/shop-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ClientLog } from '../support/traffic/client-log.js';
import { address } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const threads = 50;
const ordersEach = 40;
const count = 8;

/** F7: checkouts that name the same items in opposite order. */
describe('fifty shoppers who name the same items in opposite order', () => {
  let shop: TestApp;

  beforeAll(async () => {
    shop = await startTestApp();
  }, 60_000);

  afterAll(() => shop.close());

  it('never see a deadlock: every order is placed, or refused as out of stock or busy, and none is a 500', async () => {
    const log = new ClientLog();
    const client = new ShopClient(shop.url, { observe: log.observe });
    const skus = await stockItems(client, await staffToken(client), {
      prefix: 'OPP',
      count,
      units: threads * ordersEach,
    });
    const total = skus.reduce((sum, _sku, index) => sum + 100 + index, 0);
    const order = async (thread: number): Promise<void> => {
      const named = thread % 2 === 0 ? skus : [...skus].reverse();
      const body = {
        lines: named.map((sku) => ({ sku, quantity: 1 })),
        email: 'shopper@example.com',
        shippingAddress: address,
        expectedTotal: { amountMinor: total, currency: 'GBP' },
      };
      for (let index = 0; index < ordersEach; index += 1)
        await client.send({ method: 'POST', path: '/v1/orders', body });
    };
    await Promise.all(Array.from({ length: threads }, (_none, thread) => order(thread)));

    expect(log.count((status) => status === 500)).toBe(0);
    expect(log.acknowledgedOrders()).toHaveLength(threads * ordersEach);
    const { rows } = await shop.database.query<{ reserved: number }>(
      'select sum(reserved)::int as reserved from inventory.stock_level',
    );
    expect(rows[0]?.reserved).toBe(threads * ordersEach * count);
  }, 240_000);
});
