import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const poolSize = 5;

/** F6: a side client locks the hot rows until every connection waits for it. */
describe('a shop whose connections all wait', () => {
  let shop: TestApp;
  let actions: ShopActions;

  beforeAll(async () => {
    shop = await startTestApp({ DATABASE_POOL_SIZE: String(poolSize), DATABASE_ACQUIRE_TIMEOUT_MS: '1000' });
    const client = new ShopClient(shop.url);
    const token = await staffToken(client);
    const skus = await stockItems(client, token, { prefix: 'HOT', count: 1, units: 1000 });
    actions = new ShopActions(client, token, skus, seeded(6));
  }, 60_000);

  afterAll(() => shop.close());

  it('refuses with 503 and Retry-After, lives, is not ready, keeps publishing and recovers', async () => {
    const carts = [];
    for (let index = 0; index < poolSize * 3; index += 1) carts.push(await actions.fillCart(1));
    const side = await shop.database.pool.connect();
    await side.query('begin');
    await side.query('select * from inventory.stock_level for update');
    const buying = Promise.all(carts.map((cart) => actions.checkOut(cart, 'tok_approve')));
    await pause(700);

    const refused = await fetch(`${shop.url}/v1/items/HOT-0`);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'database-busy', status: 503 });
    expect((await fetch(`${shop.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${shop.url}/health/ready`)).status).toBe(503);

    await side.query('rollback');
    side.release();
    const answers = await buying;
    expect(answers.every((answer) => answer !== undefined && answer.status < 300)).toBe(true);
    await readyAgain(shop.url);
    const { rows } = await shop.database.query<{ count: string }>('select count(*) from orders."order"');
    expect(Number(rows[0]?.count)).toBe(carts.length);
  }, 90_000);
});

async function readyAgain(url: string): Promise<void> {
  const giveUpAt = Date.now() + 50_000;
  while (!(await fetch(`${url}/health/ready`)).ok) {
    if (Date.now() > giveUpAt) throw new Error('the shop does not become ready again');
    await pause(50);
  }
}
