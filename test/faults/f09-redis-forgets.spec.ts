import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { ShopClient } from '../../src/replay/shop-client.js';
import { type RedisServer, startRedisServer } from '../support/servers/redis-server.js';
import { databaseOf } from '../support/shop-database.js';
import { ShopProcess } from '../support/shop-process.js';
import { checkFromOutside } from '../support/traffic/checker.js';
import { ClientLog } from '../support/traffic/client-log.js';
import { PriceHistory } from '../support/traffic/price-history.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const isLong = process.env['TEST_LANE'] === 'long';
const dumpAgeSeconds = isLong ? 600 : 20;
const phaseSeconds = isLong ? 60 : 6;
const currency = 'GBP';
/** What the liar says of every item; nobody ever set it. */
const lieMinor = 1;
/** Ten times the age that a value may have. */
const longestAgeMs = 10_000;

interface ItemSeen {
  version: number;
  price: { amountMinor: number };
}
interface OrderSeen {
  lines: { sku: string; unitPrice: number }[];
}

/** F9: everything is flushed under load, an old dump comes back, and Redis lies outright, while prices change. */
describe('a shop whose Redis forgets, remembers what is over, and lies', () => {
  let redis: RedisServer;
  let intruder: ReturnType<typeof createClient>;
  let shop: ShopProcess;
  let client: ShopClient;
  let token: string;
  let skus: string[];
  let actions: ShopActions;
  const log = new ClientLog();
  const random = seeded(9);
  const prices = new PriceHistory();
  const counts = { orders: 0, looks: 0, changes: 0, lies: 0 };
  const wrong: string[] = [];
  const checks: (() => void)[] = [];
  let isLying = false;
  let isOver = false;

  beforeAll(async () => {
    redis = await startRedisServer();
    intruder = createClient({ url: redis.url, disableOfflineQueue: true });
    // It is killed on purpose.
    intruder.on('error', () => undefined);
    await intruder.connect();
    shop = await ShopProcess.start({ env: { REDIS_URL: redis.url } });
    client = new ShopClient(shop.url, { observe: log.observe });
    token = await staffToken(client);
    skus = await stockItems(client, token, { prefix: 'OLD', count: 5, units: 100_000 });
    skus.forEach((sku, index) => prices.add(sku, { priceMinor: 100 + index, sentAt: 0, answeredAt: 0 }));
    actions = new ShopActions(client, token, skus, random);
  }, 120_000);

  afterAll(async () => {
    await shop.stop();
    intruder.destroy();
    await redis.remove();
  }, 60_000);

  const lookAt = async (sku: string, headers = {}): Promise<{ item: ItemSeen; etag: string }> => {
    const answer = await client.send({ method: 'GET', path: `/v1/items/${sku}`, headers });
    return { item: answer.body as ItemSeen, etag: answer.headers.get('etag') ?? '' };
  };

  const oneOf = (): string => skus[Math.floor(random() * skus.length)] ?? '';

  const changePrice = async (): Promise<void> => {
    const sku = oneOf();
    const staff = { authorization: `Bearer ${token}` };
    const { etag } = await lookAt(sku, staff);
    const priceMinor = 1000 + counts.changes++;
    const sentAt = performance.now();
    await client.send({
      method: 'PATCH',
      path: `/v1/items/${sku}`,
      body: { price: { amountMinor: priceMinor, currency } },
      headers: { ...staff, 'If-Match': etag },
    });
    prices.add(sku, { priceMinor, sentAt, answeredAt: performance.now() });
    await pause(100);
  };

  const look = async (): Promise<void> => {
    const sku = oneOf();
    const askedAt = performance.now();
    const { item } = await lookAt(sku);
    counts.looks += 1;
    const { amountMinor } = item.price;
    if (amountMinor === lieMinor) counts.lies += 1;
    else seen(`a look at ${sku}`, sku, amountMinor, askedAt - longestAgeMs);
    await pause(10);
  };

  const buy = async (): Promise<void> => {
    const cart = await actions.fillCart(2);
    const askedAt = performance.now();
    const answer = await actions.checkOut(cart, 'tok_approve');
    if (!answer) return;
    counts.orders += 1;
    for (const { sku, unitPrice } of (answer.body as OrderSeen).lines)
      seen('an order', sku, unitPrice, askedAt);
  };

  const seen = (by: string, sku: string, priceMinor: number, since: number): void => {
    const answeredAt = performance.now();
    // The change that set it may be answered a little after who saw it.
    checks.push(() => {
      if (!prices.hadPrice(sku, priceMinor, since, answeredAt)) wrong.push(`${by} had ${priceMinor}`);
    });
  };
  const repeat = async (act: () => Promise<void>): Promise<void> => {
    while (!isOver) await act();
  };

  const lie = async (): Promise<void> => {
    for (const sku of isLying && intruder.isReady ? skus : []) {
      const { body } = await client.send({ method: 'GET', path: `/v1/items/${sku}` });
      const value = { ...(body as ItemSeen), price: { amountMinor: lieMinor, currency } };
      const entry = JSON.stringify({ value, expires: Date.now() + 60_000 });
      await intruder.set(`shop:cache:v1:item:${sku}`, entry, { PX: 60_000 });
    }
    await pause(50);
  };

  it(
    'never sells for another price than the database held at that moment',
    async () => {
      const traffic = Promise.all([...[buy, buy, buy, look, look, changePrice, lie].map(repeat)]);

      for (let flush = 0; flush < phaseSeconds * 5; flush += 1) {
        await intruder.flushAll();
        await pause(200);
      }

      await takeDump(intruder);
      await pause(dumpAgeSeconds * 1000);
      await redis.kill();
      await redis.start();
      while (!intruder.isReady) await pause(20);
      const keys = await loadedKeys(intruder);
      await pause(phaseSeconds * 1000);

      isLying = true;
      await pause(phaseSeconds * 1000);
      isLying = false;
      isOver = true;
      await traffic;
      for (const check of checks) check();

      console.log(
        `${counts.orders} orders and ${counts.looks} looks while ${counts.changes} prices changed; entries that came back from a dump of ${dumpAgeSeconds} s before: ${keys}; ${counts.lies} looks were lied to`,
      );
      expect(prices.hadPrice('OLD-0', lieMinor, 0, Infinity)).toBe(false);
      expect(wrong).toEqual([]);
      expect(keys).toBeGreaterThan(0);
      expect(counts.lies).toBeGreaterThan(0);
      expect(counts.orders).toBeGreaterThan(0);
      expect(log.count((status) => status >= 500)).toBe(0);
      await pause(2000);
      const database = await databaseOf(shop);
      expect(await checkFromOutside(database, log, { logLines: shop.logLines })).toEqual([]);
      await database.end();
      expect(await shop.cli('verify')).toMatchObject({ code: 0 });
    },
    (dumpAgeSeconds + 3 * phaseSeconds) * 1000 + 180_000,
  );
});

/** A dump of entries that Redis itself takes for endless, so that they come back with it. */
async function takeDump(client: ReturnType<typeof createClient>): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    const keys = await client.keys('shop:cache:*');
    const kept = await Promise.all(keys.map((key) => client.persist(key)));
    if (kept.includes(1)) break;
    if (Date.now() > giveUpAt) throw new Error('nothing is cached');
  }
  await client.sendCommand(['SAVE']);
}

async function loadedKeys(client: ReturnType<typeof createClient>): Promise<number> {
  const info = await client.info('persistence');
  return Number(/rdb_last_load_keys_loaded:(\d+)/.exec(info)?.[1]);
}
