import { setTimeout as pause } from 'node:timers/promises';
import { ShopClient } from '../../src/replay/shop-client.js';
import { databaseOf } from '../support/shop-database.js';
import { ShopProcess } from '../support/shop-process.js';
import { checkFromOutside } from '../support/traffic/checker.js';
import { ClientLog } from '../support/traffic/client-log.js';
import { seeded, ShopActions } from '../support/traffic/shop-actions.js';
import { staffToken, stockItems } from '../support/traffic/staff.js';

const isLong = process.env['TEST_LANE'] === 'long';
const checkouts = isLong ? 20_000 : 2000;
const kills = isLong ? 200 : 20;
const shoppers = 12;

/** F2: the server is killed -9 at random moments while shoppers check out. */
describe('a server that is killed at random', () => {
  it(
    'gives every checkout its final answer, keeps every invariant and is ready again soon',
    async () => {
      const log = new ClientLog();
      const shop = await ShopProcess.start({ isSupervised: true });
      try {
        const client = new ShopClient(shop.url, { observe: log.observe, patienceMs: 120_000 });
        const token = await staffToken(client);
        const skus = await stockItems(client, token, { prefix: 'KILL', count: 20, units: 100_000 });
        const random = seeded(2);
        const actions = new ShopActions(client, token, skus, random);
        let left = checkouts;
        let granted = 0;
        const shopper = async (): Promise<void> => {
          while (left-- > 0) if ((await actions.buy())?.status) granted += 1;
        };
        const buying = Promise.all(Array.from({ length: shoppers }, shopper));
        const recoveriesMs = await killAtRandom(shop, () => granted, random);
        await buying;
        await shop.ready();
        console.log(
          `killed ${kills} times over ${checkouts} checkouts; ready again after ${summary(recoveriesMs)}`,
        );
        expect(granted).toBe(checkouts);
        expect(log.entries.filter((entry) => entry.status === 500)).toEqual([]);
        await pause(2000);
        expect(await shop.cli('verify')).toMatchObject({ code: 0 });
        const database = await databaseOf(shop);
        expect(await checkFromOutside(database, log, { logLines: shop.logLines })).toEqual([]);
        await database.end();
        expect(Math.max(...recoveriesMs)).toBeLessThan(30_000);
      } finally {
        await shop.stop();
      }
    },
    isLong ? 7_200_000 : 900_000,
  );
});

/** Spreads the kills over the checkouts, each at a random moment of its share. */
async function killAtRandom(
  shop: ShopProcess,
  granted: () => number,
  random: () => number,
): Promise<number[]> {
  const recoveriesMs: number[] = [];
  const share = checkouts / kills;
  for (let kill = 0; kill < kills; kill += 1) {
    const at = Math.min(checkouts - 1, Math.floor((kill + random()) * share));
    while (granted() < at) await pause(5);
    const killedAt = performance.now();
    await shop.kill();
    await shop.ready();
    recoveriesMs.push(performance.now() - killedAt);
  }
  return recoveriesMs;
}

function summary(timesMs: number[]): string {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms at the median, ${Math.round(sorted.at(-1) ?? 0)} ms at most`;
}
