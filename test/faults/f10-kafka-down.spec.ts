import { setTimeout as pause } from 'node:timers/promises';
import { KafkaScene, metricsOf, readinessOf, warningsOf } from '../support/traffic/kafka-scene.js';
import { sumOf } from '../support/traffic/checker.js';
import { measureCapacity, sendBySchedule } from '../support/traffic/generator.js';

const awaySeconds = 60;

/** F10: the broker is stopped for a minute under half of the traffic that the shop can take. */
describe('a shop whose broker is away', () => {
  it('serves as before, says that it is degraded, and brings every event afterwards', async () => {
    const scene = await KafkaScene.open();
    try {
      const shop = await scene.addShop();
      const { actions, random } = await scene.actors(10);
      await scene.until('all is well', async () => (await readinessOf(shop)).degraded.length === 0);
      const capacity = await measureCapacity(actions, random);
      const seconds = awaySeconds + 20;
      const traffic = sendBySchedule(actions, random, { perSecond: capacity / 2, seconds });
      await pause(5000);

      const [entriesBefore, warningsBefore] = [scene.log.entries.length, warningsOf(shop).length];
      await scene.broker.stop();
      const [halfway, late] = [await watch(awaySeconds / 2), await watch(awaySeconds / 2)];
      const tries = scene.log.entries.slice(entriesBefore);
      const warnings = warningsOf(shop).slice(warningsBefore);
      await scene.broker.start();
      const since = await scene.now();
      const { publishedMs, effectMs, drainedMs } = await scene.recovery(since);
      const report = await traffic;
      const { messages, duplicates, wrong } = await scene.prove(1);

      const granted = tries.filter(({ status }) => status > 0 && status < 500).length / tries.length;
      console.log(
        `broker away for ${awaySeconds} s at ${(capacity / 2).toFixed(0)} actions a second: ${(granted * 100).toFixed(2)} % of ${tries.length} tries granted, ` +
          `backlog ${late.backlog}, ${warnings.length} warnings; after its return published after ${publishedMs.toFixed(0)} ms, ` +
          `in effect after ${effectMs.toFixed(0)} ms, drained after ${drainedMs.toFixed(0)} ms; ${duplicates} of ${messages} messages came twice`,
      );
      expect(granted).toBeGreaterThanOrEqual(0.999);
      expect(report.failed).toEqual([]);
      expect([...halfway.statuses, ...late.statuses].filter((status) => status !== 200)).toEqual([]);
      expect(late.degraded).toEqual(['kafka']);
      expect(halfway.backlog).toBeGreaterThan(0);
      expect(late.backlog).toBeGreaterThan(halfway.backlog);
      expect(warnings.length).toBeLessThan(20);
      expect(wrong).toEqual([]);
      expect(publishedMs).toBeLessThan(100_000);
      expect(effectMs).toBeLessThan(100_000);
      expect(drainedMs).toBeLessThan(600_000);

      /** Asks for health each half second; answers all it was told, and the backlog at the end. */
      async function watch(forSeconds: number) {
        const statuses: number[] = [];
        let degraded: string[] = [];
        for (const endAt = Date.now() + forSeconds * 1000; Date.now() < endAt; await pause(500)) {
          const readiness = await readinessOf(shop);
          statuses.push(readiness.status);
          ({ degraded } = readiness);
        }
        return { statuses, degraded, backlog: sumOf(await metricsOf(shop), 'outbox_backlog') };
      }
    } finally {
      await scene.close();
    }
  }, 900_000);
});
