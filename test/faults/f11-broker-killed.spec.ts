import { setTimeout as pause } from 'node:timers/promises';
import { KafkaScene, readinessOf } from '../support/traffic/kafka-scene.js';
import { measureCapacity, sendUntil } from '../support/traffic/generator.js';

const isLong = process.env['TEST_LANE'] === 'long';
const kills = isLong ? 5 : 2;
const items = 2000;

/** F11: the broker is killed -9 in the middle of a backlog that is being relayed, under load. */
describe('a broker that is killed while it takes events', () => {
  it('has lost and disordered none afterwards, and the same process goes on with it', async () => {
    const scene = await KafkaScene.open();
    try {
      const shop = await scene.addShop();
      const { actions, random, stock } = await scene.actors(11);
      await scene.until('all is well', async () => (await readinessOf(shop)).degraded.length === 0);
      const capacity = await measureCapacity(actions, random);
      const stopping = new AbortController();
      const traffic = sendUntil(stopping.signal, actions, random, capacity / 2);
      const recoveries = [];
      for (let kill = 0; kill < kills; kill += 1) {
        const lot = `LOT${kill}`;
        const importing = stock(lot, items);
        await scene.until('a part is published', async () => (await published(lot)) > 0);
        await scene.broker.kill();
        const waiting = await scene.count('select count(*) from events.outbox where published_at is null');
        expect(waiting).toBeGreaterThan(0);
        await pause(2000);
        await scene.broker.start();
        recoveries.push({ waiting, ...(await scene.recovery(await scene.now())) });
        await importing;
      }
      stopping.abort();
      await traffic;
      const { messages, duplicates, wrong } = await scene.prove(kills);
      console.log(
        `broker killed ${kills} times with ${recoveries.map(({ waiting }) => waiting).join(', ')} events waiting: published again after ` +
          `${inMs(recoveries.map(({ publishedMs }) => publishedMs))}, in effect again after ${inMs(recoveries.map(({ effectMs }) => effectMs))}; ` +
          `${duplicates} of ${messages} messages came twice`,
      );
      expect(wrong).toEqual([]);
      expect(shop.starts).toBe(1);
      for (const { publishedMs, effectMs } of recoveries)
        expect(Math.max(publishedMs, effectMs)).toBeLessThan(100_000);

      function published(lot: string): Promise<number> {
        const sql =
          'select count(*) from events.outbox where aggregateid like $1 and published_at is not null';
        return scene.count(sql, `${lot}-%`);
      }
    } finally {
      await scene.close();
    }
  }, 900_000);
});

const inMs = (times: number[]): string => times.map((ms) => `${ms.toFixed(0)} ms`).join(', ');
