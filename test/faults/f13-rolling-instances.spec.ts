import { setTimeout as pause } from 'node:timers/promises';
import { KafkaScene, metricsOf } from '../support/traffic/kafka-scene.js';
import { sumOf } from '../support/traffic/checker.js';
import type { ShopProcess } from '../support/shop-process.js';

const isLong = process.env['TEST_LANE'] === 'long';
const rounds = isLong ? 30 : 6;
const roundMs = 10_000;
const shoppers = 6;

/** F13: two and then three instances on one database and one broker; every ten seconds one of them is killed -9. */
describe('instances that are killed in turn', () => {
  it('have one publisher at a time, answer every checkout and tell every event once more at most', async () => {
    const scene = await KafkaScene.open();
    try {
      for (let instance = 0; instance < 2; instance += 1) await scene.addShop({ isSupervised: true });
      const { actions } = await scene.actors(13);
      const stopping = new AbortController();
      let bought = 0;
      const shopper = async (): Promise<void> => {
        while (!stopping.signal.aborted) if ((await actions.buy())?.status) bought += 1;
      };
      const buying = Promise.all(Array.from({ length: shoppers }, shopper));
      const watching = watchPublishers(scene.shops, stopping.signal);
      for (let round = 0; round < rounds; round += 1) {
        if (round === rounds / 2) await scene.addShop({ isSupervised: true });
        await pause(roundMs);
        await scene.shops[round % scene.shops.length]?.kill();
      }
      stopping.abort();
      await buying;
      await Promise.all(scene.shops.map((shop) => shop.ready()));
      const publishers = await watching;
      const { messages, duplicates, wrong } = await scene.prove(rounds);
      console.log(
        `${rounds} kills over ${scene.shops.length} instances and ${bought} checkouts: ${duplicates} of ${messages} messages came twice; ` +
          `${publishers.busy} looks found a publisher at work`,
      );
      expect(wrong).toEqual([]);
      // An answer that was lost with its instance comes as a replay, so orders are told apart by their keys.
      expect(bought).toBe(new Set(scene.log.acknowledgedOrders().map(({ key }) => key)).size);
      expect(publishers.busy).toBeGreaterThan(0);
      expect(publishers.atOnce).toBe(1);
    } finally {
      await scene.close();
    }
  }, 900_000);
});

/** Which instances published between two looks, by their own counters; an instance that does not answer, or began anew, says nothing. */
async function watchPublishers(
  shops: readonly ShopProcess[],
  signal: AbortSignal,
): Promise<{ busy: number; atOnce: number }> {
  let before = new Map<string, number>();
  const seen = { busy: 0, atOnce: 0 };
  while (!signal.aborted) {
    const now = new Map<string, number>();
    for (const shop of shops) {
      const metrics = await metricsOf(shop).catch(() => '');
      if (metrics !== '') now.set(`${shop.port} ${shop.starts}`, sumOf(metrics, 'events_published_total'));
    }
    const publishing = [...now].filter(([name, count]) => count > (before.get(name) ?? count)).length;
    if (publishing > 0) seen.busy += 1;
    seen.atOnce = Math.max(seen.atOnce, publishing);
    before = now;
    await pause(500);
  }
  return seen;
}
