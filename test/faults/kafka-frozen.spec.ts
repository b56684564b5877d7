import { setTimeout as pause } from 'node:timers/promises';
import { KafkaScene, readinessOf, warningsOf } from '../support/traffic/kafka-scene.js';
import { sendBySchedule } from '../support/traffic/generator.js';

/** Longer than a consumer may give no sign of life. */
const frozenSeconds = 25;

/** The broker keeps its connections and says nothing any more, which no socket notices. */
describe('a shop whose broker is frozen', () => {
  it('serves as before, gives its consumer up by its own watch, and brings every event afterwards', async () => {
    const scene = await KafkaScene.open();
    try {
      const shop = await scene.addShop();
      const { actions, random } = await scene.actors(15);
      await scene.until('all is well', async () => (await readinessOf(shop)).degraded.length === 0);
      const traffic = sendBySchedule(actions, random, { perSecond: 5, seconds: frozenSeconds + 10 });
      await pause(3000);

      const entriesBefore = scene.log.entries.length;
      await scene.broker.freeze();
      const askedAt = performance.now();
      const status = await shop.cli('outbox', 'status');
      const statusMs = performance.now() - askedAt;
      await pause(frozenSeconds * 1000 - statusMs);
      const tries = scene.log.entries.slice(entriesBefore);
      const { degraded, status: ready } = await readinessOf(shop);
      await scene.broker.thaw();
      const { publishedMs, effectMs } = await scene.recovery(await scene.now());
      const report = await traffic;
      const { messages, duplicates, wrong } = await scene.prove(1);

      console.log(
        `broker frozen for ${frozenSeconds} s: ${tries.length} tries, the status told after ${statusMs.toFixed(0)} ms; thawed, published after ` +
          `${publishedMs.toFixed(0)} ms, in effect after ${effectMs.toFixed(0)} ms; ${duplicates} of ${messages} messages came twice`,
      );
      expect(tries.length).toBeGreaterThan(0);
      expect(tries.filter((entry) => entry.status === 0 || entry.status >= 500)).toEqual([]);
      expect(report.failed).toEqual([]);
      expect(status.code).toBe(0);
      expect(statusMs).toBeLessThan(30_000);
      expect([ready, degraded]).toEqual([200, ['kafka']]);
      expect(warningsOf(shop).join('\n')).toContain('gives no sign of life');
      expect(wrong).toEqual([]);
      expect(Math.max(publishedMs, effectMs)).toBeLessThan(100_000);
    } finally {
      await scene.broker.thaw();
      await scene.close();
    }
  }, 600_000);
});
