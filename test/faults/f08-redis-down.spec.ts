import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import { type RedisServer, startRedisServer } from '../support/servers/redis-server.js';
import { databaseOf } from '../support/shop-database.js';
import { ShopProcess } from '../support/shop-process.js';
import { checkFromOutside, sumOf } from '../support/traffic/checker.js';
import { ClientLog } from '../support/traffic/client-log.js';
import { measureCapacity, sendBySchedule } from '../support/traffic/generator.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const isLong = process.env['TEST_LANE'] === 'long';
const killedSeconds = isLong ? 60 : 20;
const frozenSeconds = isLong ? 30 : 15;
/** With Redis, before and after: the second of the two shows what a ratio is without any fault. */
const wholeSeconds = isLong ? 60 : 15;

interface Phase {
  name: string;
  sent: number;
  successShare: number;
  medianMs: number;
  p99Ms: number;
}

/** F8: Redis is killed for a minute, then frozen for half of one, under half of the load that the shop can take. */
describe('a shop whose Redis is killed, and then frozen, under load', () => {
  let redis: RedisServer;
  let shop: ShopProcess;
  let client: ShopClient;
  let actions: ShopActions;
  let perSecond: number;
  const log = new ClientLog();
  const random = seeded(8);

  beforeAll(async () => {
    redis = await startRedisServer();
    shop = await ShopProcess.start({ env: { REDIS_URL: redis.url } });
    client = new ShopClient(shop.url, { observe: log.observe });
    const token = await staffToken(client);
    const skus = await stockItems(client, token, { prefix: 'MIX', count: 30, units: 100_000 });
    actions = new ShopActions(client, token, skus, random);
    perSecond = (await measureCapacity(actions, random)) / 2;
  }, 120_000);

  afterAll(async () => {
    await shop.stop();
    await redis.remove();
  }, 60_000);

  const under = async (name: string, seconds: number): Promise<Phase> => {
    const [entries, latencies] = [log.entries.length, client.latenciesMs.length];
    const report = await sendBySchedule(actions, random, { perSecond, seconds });
    expect(report.failed).toEqual([]);
    const tries = log.entries.slice(entries);
    const failed = tries.filter(({ status }) => status === 0 || status >= 500);
    const sorted = client.latenciesMs.slice(latencies).sort((a, b) => a - b);
    return {
      name,
      sent: tries.length,
      successShare: 1 - failed.length / tries.length,
      medianMs: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    };
  };

  const isDegraded = async (): Promise<boolean> => {
    const report = (await fetch(`${shop.url}/health`).then((answer) => answer.json())) as {
      degraded?: string[];
    };
    return report.degraded?.includes('redis') ?? false;
  };

  const becomes = async (degraded: boolean): Promise<number> => {
    const since = performance.now();
    while ((await isDegraded()) !== degraded) {
      if (performance.now() - since > 30_000) throw new Error(`not ${degraded ? 'degraded' : 'back'}`);
      await pause(10);
    }
    return performance.now() - since;
  };

  const timedOut = async (): Promise<number> =>
    sumOf(
      await fetch(`${shop.url}/metrics`).then((answer) => answer.text()),
      'cache_tier_errors_total',
      'timeout',
    );

  it(
    'answers as before, stays ready, stops asking within a second and asks again when it is back',
    async () => {
      const whole = await under('with Redis', wholeSeconds);

      await redis.kill();
      const killed = under(`killed for ${killedSeconds} s`, killedSeconds);
      const killedNoticedMs = await becomes(true);
      expect((await fetch(`${shop.url}/health/ready`)).status).toBe(200);
      const phases = [whole, await killed];
      await redis.start();
      const killedBackMs = await becomes(false);

      await redis.freeze();
      const frozen = under(`frozen for ${frozenSeconds} s`, frozenSeconds);
      const frozenNoticedMs = await becomes(true);
      expect((await fetch(`${shop.url}/health/ready`)).status).toBe(200);
      // The probe is a command too: where a request noticed first, its turn comes within a second, and its 100 ms after that.
      await pause(2000);
      const timeouts = await timedOut();
      phases.push(await frozen);
      // While it is frozen nobody waits for it: only who asked before it was noticed did, and one probe.
      expect(await timedOut()).toBe(timeouts);
      await redis.thaw();
      const frozenBackMs = await becomes(false);
      phases.push(await under('with Redis again', wholeSeconds));

      for (const { name, sent, successShare, medianMs, p99Ms } of phases) {
        const ratios = [medianMs / whole.medianMs, p99Ms / whole.p99Ms].map((ratio) => ratio.toFixed(2));
        console.log(
          `${name}: ${sent} requests, ${(successShare * 100).toFixed(2)} % without an error, median ${medianMs.toFixed(0)} ms and p99 ${p99Ms.toFixed(0)} ms = ${ratios.join(' and ')} × with Redis`,
        );
      }
      console.log(
        `noticed after ${killedNoticedMs.toFixed(0)} and ${frozenNoticedMs.toFixed(0)} ms, back after ${killedBackMs.toFixed(0)} and ${frozenBackMs.toFixed(0)} ms, ${timeouts} commands timed out`,
      );
      for (const { successShare, p99Ms } of phases) {
        expect(successShare).toBeGreaterThanOrEqual(0.999);
        expect(p99Ms).toBeLessThan(20 * whole.p99Ms);
      }
      expect(Math.max(killedNoticedMs, frozenNoticedMs)).toBeLessThan(10_000);

      await pause(2000);
      const database = await databaseOf(shop);
      expect(await checkFromOutside(database, log, { logLines: shop.logLines })).toEqual([]);
      await database.end();
      expect(await shop.cli('verify')).toMatchObject({ code: 0 });
      const told = shop.logLines.filter((line) => line.includes('"context":"Redis"'));
      // The first connection, and for each fault one line when it began and one when it was over, however often it was met between.
      const isBack = told.map((line) => line.includes('Redis answers'));
      expect(isBack).toEqual(told.map((_line, at) => at % 2 === 0));
      // A machine that lets a healthy answer take 100 ms makes outages of its own.
      expect(told.length).toBeGreaterThanOrEqual(5);
      expect(told.length).toBeLessThan(50);
    },
    (killedSeconds + frozenSeconds + 2 * wholeSeconds) * 1000 + 180_000,
  );
});
