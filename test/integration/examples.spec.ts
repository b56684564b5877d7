import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execFileSync } from 'node:child_process';
import { startTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/event-house.js';
import { ExampleProcess } from '../support/example-process.js';
import { OrderDesk } from '../support/order-desk.js';
import { newTopics, type TestTopics } from '../support/topics.js';

jest.setTimeout(180_000);

let topics: TestTopics;
let shop: TestApp;
let desk: OrderDesk;
beforeAll(async () => {
  topics = newTopics();
  shop = await startTestApp({ ...topics.environment, SETTLE_INTERVAL_MS: '50' });
  desk = await OrderDesk.open(shop, { prefix: 'EXAMPLE', count: 3 });
});
afterAll(async () => {
  await shop.close();
  await topics.remove();
});

/** Orders of every kind, and what becomes of some. */
async function sell(): Promise<void> {
  await desk.charged('tok_approve', [{ sku: desk.sku(0), quantity: 2 }]);
  await desk.charged('tok_decline', [{ sku: desk.sku(1), quantity: 1 }]);
  const order = await desk.invoiced([{ sku: desk.sku(2), quantity: 3 }]);
  await desk.cancel(order);
}

/** Each message of the topic once more, as a relay that crashed would bring them. */
async function bringAgain(topic: string): Promise<void> {
  for (const { key, value, headers } of await topics.read(topic))
    await topics.write(topic, { key, value, headers });
}

it('each example is one file of under 80 lines', () => {
  for (const folder of readdirSync('examples', { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const [file = ''] = readdirSync(join('examples', folder.name)).filter((name) =>
      name.startsWith('consumer.'),
    );
    const lines = readFileSync(join('examples', folder.name, file), 'utf8')
      .trimEnd()
      .split('\n');
    expect([file, lines.length < 80]).toEqual([file, true]);
  }
});

describe('the sales table of the Node example', () => {
  let own: TestDatabase;
  let example: ExampleProcess;
  beforeAll(async () => {
    own = await createTestDatabase({ isMigrated: false });
    const env = { ...topics.environment, GROUP: topics.nameOf('sales'), SALES_DATABASE_URL: own.url };
    example = ExampleProcess.node('examples/node-sales/consumer.mjs', env);
    example.start();
  });
  afterAll(async () => {
    await example.stop();
    await own.drop();
  });

  const sales = async () =>
    own
      .query('select order_id, number, status, version, owed_minor, units from sales order by number')
      .then(({ rows }) => rows)
      .catch(() => []);
  const orders = async () =>
    (
      await shop.database.query(
        `select id as order_id, number, status, version, owed_minor, unit_count - canceled_unit_count as units
         from orders."order" order by number`,
      )
    ).rows;
  const agree = async () => {
    await eventually(
      'a table as the shop has it',
      async () => JSON.stringify(await sales()) === JSON.stringify(await orders()),
    ).catch(() => undefined);
    expect(await sales()).toEqual(await orders());
  };

  it('says what the shop says', async () => {
    await sell();
    await agree();
    expect(await sales()).not.toEqual([]);
  });

  it('stays so when every message is brought twice', async () => {
    await bringAgain('orders');
    await sell();
    await agree();
  });

  it('catches up after it was killed', async () => {
    await example.kill();
    await sell();
    example.start();
    await agree();
  });
});

describe('the stock table of the Python example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-example-'));
  const file = join(folder, 'stock.sqlite');
  let example: ExampleProcess;
  beforeAll(async () => {
    const env = { ...topics.environment, GROUP: topics.nameOf('stock'), STOCK_FILE: file };
    example = await ExampleProcess.python('examples/python-stock', env);
    example.start();
  });
  afterAll(async () => {
    await example.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const stock = (): unknown => {
    const script =
      'import json,sqlite3,sys; print(json.dumps([list(r) for r in sqlite3.connect(sys.argv[1]).execute("select sku, location, available, version from stock order by sku")]))';
    return JSON.parse(execFileSync('python3', ['-c', script, resolve(file)], { encoding: 'utf8' }));
  };
  const levels = async () =>
    (
      await shop.database.query<{ sku: string; location: string; available: number; version: number }>(
        `select sku, location, on_hand - reserved as available, version from inventory.stock_level order by sku`,
      )
    ).rows.map(({ sku, location, available, version }) => [sku, location, available, version]);

  it('says what the shop says, with every message brought twice and the consumer killed on the way', async () => {
    await eventually('the consumer', () => example.isListening);
    await sell();
    await example.kill();
    await bringAgain('inventory');
    await sell();
    example.start();
    const wanted = JSON.stringify(await levels());
    await eventually('a table as the shop has it', () => JSON.stringify(stock()) === wanted);
  });
});
