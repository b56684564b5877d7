import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import { databaseOf } from '../support/shop-database.js';
import { ShopProcess } from '../support/shop-process.js';
import { checkFromOutside } from '../support/traffic/checker.js';
import { ClientLog } from '../support/traffic/client-log.js';
import { measureCapacity, sendBySchedule } from '../support/traffic/generator.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const isLong = process.env['TEST_LANE'] === 'long';
const seconds = isLong ? 120 : 15;

/** What all faults are judged against: the shop under the usual mix, with nothing broken. */
describe('a shop under half of the traffic that it can take', () => {
  it(
    'answers all of it, and clients, logs, metrics and database tell the same story',
    async () => {
      const log = new ClientLog();
      const shop = await ShopProcess.start();
      try {
        const client = new ShopClient(shop.url, { observe: log.observe });
        const token = await staffToken(client);
        const skus = await stockItems(client, token, { prefix: 'MIX', count: 30, units: 100_000 });
        const random = seeded(7);
        const actions = new ShopActions(client, token, skus, random);
        const capacity = await measureCapacity(actions, random);
        const report = await sendBySchedule(actions, random, { perSecond: capacity / 2, seconds });
        console.log(
          `C = ${capacity.toFixed(0)} actions a second; ${report.sent} sent in ${report.seconds.toFixed(1)} s at C/2`,
        );

        expect(report.failed).toEqual([]);
        expect(log.count((status) => status >= 500)).toBe(0);
        expect(log.acknowledgedOrders().length).toBeGreaterThan(0);
        await settled(shop);
        const metrics = await fetch(`${shop.url}/metrics`).then((answer) => answer.text());
        const database = await databaseOf(shop);
        const secrets = [token, ...actions.carts.map((cart) => cart.headers['Cart-Token'] ?? '')];
        expect(await checkFromOutside(database, log, { logLines: shop.logLines, secrets, metrics })).toEqual(
          [],
        );
        await database.end();
        expect(await shop.cli('verify')).toMatchObject({ code: 0 });
      } finally {
        await shop.stop();
      }
    },
    isLong ? 600_000 : 180_000,
  );
});

/** Listeners and the sandbox's webhooks have nothing left to do. */
async function settled(shop: ShopProcess): Promise<void> {
  const database = await databaseOf(shop);
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const { rows } = await database.query<{ waiting: number }>(
      `select ((select count(*) from events.outbox where published_at is null) + (select count(*) from events.due)
        + (select count(*) from sandbox.webhook where taken_at is null and not lost)
        + (select count(*) from sandbox.parcel where next_scan_at is not null))::int as waiting`,
    );
    if (rows[0]?.waiting === 0) break;
    if (Date.now() > giveUpAt) throw new Error(`${rows[0]?.waiting} things are still waiting`);
    await pause(200);
  }
  await database.end();
}
