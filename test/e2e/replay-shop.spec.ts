import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sumOf } from '../support/traffic/checker.js';
import { postmasterPid, ShopProcess } from '../support/shop-process.js';

const day = resolve(__dirname, '../fixtures/online-retail/2010-12-01.csv');

/** What the day adds up to, worked out from the file alone; see the fixture's README. */
const expected = { items: 1336, orders: 127, lines: 2966, units: 26909, revenueMinor: 5580400, unitsLeft: 0 };

/** Node's and the database's deaths, each in the middle of the day. */
const disturbances: [string, (shop: ShopProcess) => Promise<void>][] = [
  ['nothing happens', () => Promise.resolve()],
  ['the server is killed and started again', (shop) => shop.kill()],
  [
    "the database's postmaster is killed",
    (shop) => {
      const pid = postmasterPid(shop.dataDir);
      if (!pid) throw new Error('the embedded database has no postmaster.pid');
      process.kill(pid, 'SIGKILL');
      return Promise.resolve();
    },
  ],
];

describe('a day of a real shop, bought by 16 shoppers at once', () => {
  it.each(disturbances)(
    'adds up to the same figures and keeps every invariant when %s',
    async (what, disturb) => {
      const shop = await ShopProcess.start({ isSupervised: true, env: { SANDBOX_CARRIER_PACE_MS: '50' } });
      try {
        const replay = shop.cli('replay-shop', day, '--base-url', shop.url, '--shoppers', '16', '--json');
        await ordersPlaced(shop, expected.orders / 3);
        await disturb(shop);
        const { code, output } = await replay;
        const report: unknown = JSON.parse(output.trim().split('\n').at(-1) ?? '');
        console.log(`${what}: ${JSON.stringify(report)}`);
        expect(report).toMatchObject({ ...expected, violations: 0 });
        expect(code).toBe(0);
      } finally {
        await shop.stop();
      }
    },
    300_000,
  );
});

async function ordersPlaced(shop: ShopProcess, atLeast: number): Promise<void> {
  const giveUpAt = Date.now() + 120_000;
  for (;;) {
    const metrics = await fetch(`${shop.url}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    if (sumOf(metrics, 'domain_events_total', 'type="order.placed"') >= atLeast) return;
    if (Date.now() > giveUpAt)
      throw new Error(`no orders are placed:\n${shop.logLines.slice(-20).join('\n')}`);
    await pause(100);
  }
}
