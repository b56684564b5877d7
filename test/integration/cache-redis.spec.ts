import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { ShopClient } from '../../src/replay/shop-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type RedisServer, startRedisServer } from '../support/servers/redis-server.js';
import { keepItem } from '../support/keep-item.js';
import { countStatements } from '../support/statements.js';
import { sumOf } from '../support/traffic/checker.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const password = 'not-for-any-log';

describe('two processes of one shop with a Redis', () => {
  let redis: RedisServer;
  let intruder: ReturnType<typeof createClient>;
  let one: TestApp;
  let other: TestApp;
  let token: string;
  const lines: string[] = [];

  beforeAll(async () => {
    redis = await startRedisServer();
    intruder = createClient({ url: redis.url, disableOfflineQueue: true });
    intruder.on('error', () => undefined);
    await intruder.connect();
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const settings = { REDIS_URL: redis.url, LOG_LEVEL: 'warn' };
    one = await startTestApp(settings);
    other = await startTestApp({ ...settings, DATABASE_URL: one.config.DATABASE_URL });
    const client = new ShopClient(one.url);
    token = await staffToken(client);
    await stockItems(client, token, { prefix: 'SHARED', count: 9, units: 10 });
    await until(() => isDegraded(one).then((is) => !is));
    await until(() => isDegraded(other).then((is) => !is));
  }, 60_000);

  afterAll(async () => {
    await other.close();
    await one.close();
    intruder.destroy();
    await redis.remove();
    jest.restoreAllMocks();
  }, 30_000);

  const keyOf = (sku: string): string => `${one.config.EVENT_PREFIX}:cache:v1:item:${sku}`;

  const price = async (shop: TestApp, sku: string): Promise<number> => {
    const answer = await shop.request.get(`/v1/items/${sku}`).expect(200);
    return (answer.body as { price: { amountMinor: number } }).price.amountMinor;
  };

  const setPrice = async (shop: TestApp, sku: string, amountMinor: number): Promise<void> => {
    const staff = { authorization: `Bearer ${token}` };
    const { headers } = await shop.request.get(`/v1/items/${sku}`).set(staff).expect(200);
    await shop.request
      .patch(`/v1/items/${sku}`)
      .set({ ...staff, 'if-match': headers['etag'] ?? '' })
      .send({ price: { amountMinor, currency: 'GBP' } })
      .expect(200);
  };

  const answersAgain = (): Promise<void> =>
    until(async () => !((await isDegraded(one)) || (await isDegraded(other))));

  it('read an item from the database once for both', async () => {
    // An entry lives for half a second, which a busy machine may let pass between the two looks.
    await until(async () => {
      const first = await one.request.get('/v1/items/SHARED-0').expect(200);
      const { count } = await countStatements(async () => {
        const second = await other.request.get('/v1/items/SHARED-0').expect(200);
        expect(second.body).toEqual(first.body);
        expect(second.headers['etag']).toBe(first.headers['etag']);
      });
      return count === 0;
    });
  });

  it('show a change that was made in one of them in both, however long they might keep what was before', async () => {
    await keepItem(one, 'SHARED-1');
    await keepItem(other, 'SHARED-1');
    await pause(1500);
    expect([await price(one, 'SHARED-1'), await price(other, 'SHARED-1')]).toEqual([101, 101]);
    await setPrice(one, 'SHARED-1', 4711);
    await until(async () => (await price(one, 'SHARED-1')) === 4711);
    await until(async () => (await price(other, 'SHARED-1')) === 4711);
  });

  it('keep nothing in Redis for longer than their share of a second, under the name of the shop', async () => {
    await price(one, 'SHARED-2');
    const key = keyOf('SHARED-2');
    const leftMs = await intruder.pTTL(key);
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(500);
    await until(async () => (await intruder.exists(key)) === 0);
  });

  it.each([
    ['no JSON', '{"value":'],
    ['no entry', '"hello"'],
    ['an entry of nothing', '{"value":null}'],
    ['another thing', '{"value":{"sku":"SHARED-3"}}'],
  ])('answer from the database where Redis holds %s', async (_what, garbage) => {
    await until(async () => (await intruder.exists(keyOf('SHARED-3'))) === 0);
    await pause(500);
    await intruder.set(keyOf('SHARED-3'), garbage, { PX: 5000 });
    expect(await price(one, 'SHARED-3')).toBe(103);
    expect(await isDegraded(one)).toBe(false);
  });

  it('answer from the database where a key of theirs is a list', async () => {
    await intruder.lPush(keyOf('SHARED-4'), 'hello');
    expect(await price(one, 'SHARED-4')).toBe(104);
  });

  it('take an entry whose time is over for none, whatever Redis says', async () => {
    const old = await one.request.get('/v1/items/SHARED-5').expect(200);
    await pause(500);
    const lie = { ...(old.body as object), price: { amountMinor: 1, currency: 'GBP' } };
    await intruder.set(keyOf('SHARED-5'), JSON.stringify({ value: lie, expires: Date.now() - 600_000 }));
    await until(async () => (await price(other, 'SHARED-5')) === 105);
    expect(await price(one, 'SHARED-5')).toBe(105);
  });

  it('serve as before when everything is flushed', async () => {
    await price(one, 'SHARED-6');
    await intruder.flushAll();
    expect(await price(one, 'SHARED-6')).toBe(106);
    expect(await price(other, 'SHARED-6')).toBe(106);
  });

  it('serve on without it when it is killed, stay ready, say so once each, and use it again', async () => {
    lines.length = 0;
    await redis.kill();
    await until(async () => (await isDegraded(one)) && (await isDegraded(other)));
    for (let look = 0; look < 50; look += 1) expect(await price(one, 'SHARED-7')).toBe(107);
    await setPrice(one, 'SHARED-7', 7007);
    await until(async () => (await price(other, 'SHARED-7')) === 7007);
    await one.request.get('/health/ready').expect(200);
    await redis.start();
    await answersAgain();
    expect(await price(one, 'SHARED-7')).toBe(7007);
    expect(lines.filter((line) => line.includes('Redis'))).toHaveLength(2);
  }, 30_000);

  it('serve on when it is frozen, and never show what a command from before left in it', async () => {
    expect(await price(one, 'SHARED-8')).toBe(108);
    await redis.freeze();
    await pause(600);
    const asked = performance.now();
    expect(await price(one, 'SHARED-8')).toBe(108);
    expect(performance.now() - asked).toBeLessThan(2000);
    await until(() => isDegraded(one));
    await setPrice(one, 'SHARED-8', 8008);
    await until(async () => (await price(one, 'SHARED-8')) === 8008);
    await until(async () => (await price(other, 'SHARED-8')) === 8008);
    await redis.thaw();
    await answersAgain();
    for (let look = 0; look < 20; look += 1) {
      expect(await price(one, 'SHARED-8')).toBe(8008);
      expect(await price(other, 'SHARED-8')).toBe(8008);
      await pause(20);
    }
    const metrics = (await one.request.get('/metrics').expect(200)).text;
    expect(sumOf(metrics, 'cache_tier_errors_total', 'reason="timeout"')).toBeGreaterThan(0);
    expect(sumOf(metrics, 'cache_tier_up', 'tier="redis"')).toBe(1);
  }, 30_000);
});

describe('a shop whose Redis is not there at the start', () => {
  it('starts, is ready and degraded, serves, uses it when it comes, and logs no password', async () => {
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
    const redis = await startRedisServer();
    await redis.kill();
    const { port } = new URL(redis.url);
    const shop = await startTestApp({
      REDIS_URL: `redis://default:${password}@127.0.0.1:${port}`,
      LOG_LEVEL: 'trace',
    });
    try {
      await shop.request.get('/health/ready').expect(200);
      expect(await isDegraded(shop)).toBe(true);
      await shop.request.get('/v1/items/NONE').expect(404);
      await redis.start();
      // Without a password of its own the server takes any.
      await until(() => isDegraded(shop).then((is) => !is));
      expect(lines.some((line) => line.includes('Redis does not answer'))).toBe(true);
      expect(lines.some((line) => line.includes(password))).toBe(false);
    } finally {
      await shop.close();
      await redis.remove();
      jest.restoreAllMocks();
    }
  }, 60_000);

  it('ends as fast as with one', async () => {
    const shop = await startTestApp({ REDIS_URL: 'redis://127.0.0.1:1' });
    const asked = performance.now();
    await shop.close();
    expect(performance.now() - asked).toBeLessThan(10_000);
  }, 60_000);
});

async function isDegraded(shop: TestApp): Promise<boolean> {
  const answer = await shop.request.get('/health').expect(200);
  return (answer.body as { degraded?: string[] }).degraded?.includes('redis') ?? false;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) throw new Error(`not within 15 s: ${isSo.toString()}`);
    await pause(20);
  }
}
