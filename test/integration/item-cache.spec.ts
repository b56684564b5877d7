import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { keepItem } from '../support/keep-item.js';
import { countStatements } from '../support/statements.js';
import { sumOf } from '../support/traffic/checker.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

describe('an item that shoppers look at', () => {
  let shop: TestApp;
  let token: string;

  beforeAll(async () => {
    shop = await startTestApp();
    const client = new ShopClient(shop.url);
    token = await staffToken(client);
    await stockItems(client, token, { prefix: 'LOOK', count: 2, units: 10 });
  }, 60_000);

  afterAll(() => shop.close());

  const look = async (sku: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${shop.url}/v1/items/${sku}`, { headers });
    return {
      etag: answer.headers.get('etag') ?? '',
      body: (await answer.json()) as { price: { amountMinor: number } },
    };
  };

  it('is read from the database once for many looks at once, and the hits are counted', async () => {
    const holder = await shop.database.pool.connect();
    const arrived = jest.fn();
    shop.app.getHttpServer().on('request', arrived);
    const { count } = await countStatements(async () => {
      // The first look waits for the table, so that all others come while it loads.
      await holder.query('begin; lock table inventory.item in access exclusive mode');
      const looks = Array.from({ length: 10 }, () => look('LOOK-0'));
      while (arrived.mock.calls.length < looks.length) await pause(10);
      await pause(200);
      await holder.query('rollback');
      await Promise.all(looks);
    });
    holder.release();
    expect(count).toBe(1);
    await look('LOOK-0');
    const metrics = await fetch(`${shop.url}/metrics`).then((answer) => answer.text());
    expect(sumOf(metrics, 'cache_reads_total', 'outcome="hit"')).toBeGreaterThan(0);
  });

  it('is read afresh by staff, and by shoppers as soon as it changed, however long it might be kept', async () => {
    await keepItem(shop, 'LOOK-1');
    const staff = { authorization: `Bearer ${token}` };
    const { etag } = await look('LOOK-1', staff);
    const changed = await fetch(`${shop.url}/v1/items/LOOK-1`, {
      method: 'PATCH',
      headers: { ...staff, 'content-type': 'application/json', 'if-match': etag },
      body: JSON.stringify({ price: { amountMinor: 777, currency: 'GBP' } }),
    });
    expect(changed.status).toBe(200);
    expect((await look('LOOK-1', staff)).body.price.amountMinor).toBe(777);
    const giveUpAt = Date.now() + 10_000;
    while ((await look('LOOK-1')).body.price.amountMinor !== 777) {
      if (Date.now() > giveUpAt) throw new Error('shoppers still see the old price');
      await pause(20);
    }
  });
});
