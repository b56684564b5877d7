import { setTimeout as pause } from 'node:timers/promises';
import { KafkaScene, metricsOf, warningsOf } from '../support/traffic/kafka-scene.js';
import { sumOf } from '../support/traffic/checker.js';

const awaySeconds = 60;
const shoppers = 12;

/** PostgreSQL crashes and stays away while the broker is up and holds messages that nobody took yet. */
describe('a shop whose database is away while messages are under way', () => {
  it('holds the messages, gives up none, and lets each take effect once afterwards', async () => {
    const scene = await KafkaScene.open();
    try {
      const shop = await scene.addShop();
      const { actions } = await scene.actors(3);
      let isOpen = true;
      const shopper = async (): Promise<void> => {
        while (isOpen) await actions.buy();
      };
      const buying = Promise.all(Array.from({ length: shoppers }, shopper));
      await scene.until('some are bought', async () => actions.orders.length >= shoppers * 5);
      await scene.until('a message is under way', async () => (await scene.unhandled()) > 0);
      const warningsBefore = ofTransport(warningsOf(shop)).length;
      await scene.database.crash();
      await pause(awaySeconds * 1000);
      const retries = sumOf(await metricsOf(shop), 'listener_retries_total', 'reason="infrastructure"');
      const warnings = ofTransport(warningsOf(shop)).length - warningsBefore;
      await scene.database.start();
      const { publishedMs, effectMs } = await scene.recovery(await scene.now());
      isOpen = false;
      await buying;
      const { messages, duplicates, wrong } = await scene.prove(1);
      console.log(
        `database away for ${awaySeconds} s: ${retries} tries of listeners, ${warnings} warnings of theirs and the relay; after its return published after ` +
          `${publishedMs.toFixed(0)} ms, in effect after ${effectMs.toFixed(0)} ms; ${duplicates} of ${messages} messages came twice`,
      );
      expect(wrong).toEqual([]);
      expect(retries).toBeGreaterThan(0);
      expect(warnings).toBeLessThan(20);
      expect(Math.max(publishedMs, effectMs)).toBeLessThan(100_000);
    } finally {
      await scene.close();
    }
  }, 900_000);
});

/** What relay and consumers warn of; requests and the sandbox have their own. */
const ofTransport = (lines: readonly string[]): string[] =>
  lines.filter((line) => /"context":"(Relay|Leader|Dispatcher|DatabaseChannel|Kafka)"/.test(line));
