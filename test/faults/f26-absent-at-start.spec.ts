import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/platform/database/embedded/port.js';
import { KafkaScene, readinessOf, warningsOf } from '../support/traffic/kafka-scene.js';

/** F26: the shop is started before what it stands on. */
describe('a shop that is started', () => {
  let scene: KafkaScene;
  beforeEach(async () => {
    scene = await KafkaScene.open();
  }, 180_000);
  afterEach(() => scene.close(), 120_000);

  it('before its broker serves, is degraded, and lets its events flow once the broker is there', async () => {
    await scene.broker.stop();
    const shop = await scene.addShop();
    expect(await readinessOf(shop)).toEqual({ status: 200, degraded: ['kafka'] });
    const { actions } = await scene.actors(26);
    for (let order = 0; order < 5; order += 1) expect((await actions.buy())?.status).toBe(201);
    await pause(5000);
    expect(await readinessOf(shop)).toEqual({ status: 200, degraded: ['kafka'] });
    const warnings = warningsOf(shop).length;
    await scene.broker.start();
    const since = performance.now();
    await scene.until('all is well', async () => (await readinessOf(shop)).degraded.length === 0);
    const wholeMs = performance.now() - since;
    const { wrong } = await scene.prove(1);
    console.log(
      `started without a broker: ${warnings} warnings, whole ${wholeMs.toFixed(0)} ms after it came`,
    );
    expect(wrong).toEqual([]);
    expect(shop.starts).toBe(1);
    expect(warnings).toBeLessThan(20);
    expect(wholeMs).toBeLessThan(50_000);
  }, 300_000);

  it('before its database waits, alive and not ready, and serves once the database is there', async () => {
    await scene.database.crash();
    const port = await freePort();
    const starting = scene.addShop({ port });
    const ask = (path: string): Promise<number> =>
      fetch(`http://127.0.0.1:${port}/health/${path}`).then(
        (answer) => answer.status,
        () => 0,
      );
    await scene.until('it lives', async () => (await ask('live')) === 200);
    for (let look = 0; look < 10; look += 1) {
      expect([await ask('live'), await ask('ready')]).toEqual([200, 503]);
      await pause(300);
    }
    await scene.database.start();
    const since = performance.now();
    const shop = await starting;
    const readyMs = performance.now() - since;
    const { actions } = await scene.actors(26);
    expect((await actions.buy())?.status).toBe(201);
    const { wrong } = await scene.prove(0);
    console.log(`started without a database: ready ${readyMs.toFixed(0)} ms after it came`);
    expect(wrong).toEqual([]);
    expect(shop.starts).toBe(1);
    expect(readyMs).toBeLessThan(50_000);
  }, 300_000);
});
