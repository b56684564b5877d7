import { setTimeout as pause } from 'node:timers/promises';
import { type GuardedKafka, startGuardedKafka } from '../support/servers/guarded-kafka.js';
import { TestAuthority } from '../support/test-authority.js';
import { KafkaScene, readinessOf } from '../support/traffic/kafka-scene.js';
import type { ShopProcess } from '../support/shop-process.js';

const user = { username: 'shop', password: 'Zx81-hunter2' };

/** The server as it runs, which trusts the authority that certified the broker. */
describe('brokers that are spoken to over TLS and want a name', () => {
  let authority: TestAuthority;
  let scene: KafkaScene<GuardedKafka>;
  let shop: ShopProcess;
  beforeAll(async () => {
    authority = await TestAuthority.found();
    scene = await KafkaScene.openOver(startGuardedKafka(await authority.certify('localhost'), user));
    shop = await scene.addShop({
      env: {
        KAFKA_BROKERS: scene.broker.guardedBrokers,
        KAFKA_TLS: 'true',
        KAFKA_SASL_MECHANISM: 'plain',
        KAFKA_SASL_USERNAME: user.username,
        KAFKA_SASL_PASSWORD: user.password,
        NODE_EXTRA_CA_CERTS: authority.file,
      },
    });
  }, 240_000);
  afterAll(async () => {
    await scene.close();
    authority.dissolve();
  }, 60_000);

  const buy = async () => expect((await (await scene.actors(17)).actions.buy())?.status).toBe(201);
  const effects = () => scene.count(`select count(*) from events.inbox where consumer = 'orders'`);

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'have what is told, and the rooms hear of it, by %s',
    async (mechanism) => {
      await shop.restart({ KAFKA_SASL_MECHANISM: mechanism });
      const before = await effects();
      await buy();
      await scene.until('all is well', async () => (await readinessOf(shop)).degraded.length === 0);
      await scene.settled();
      expect(await effects()).toBeGreaterThan(before);
      const told = await scene.count('select count(*) from events.outbox');
      const topics = ['carts', 'orders', 'payments', 'deliveries', 'inventory'];
      const read = await Promise.all(topics.map((topic) => scene.topics.read(topic)));
      expect(new Set(read.flat().map(({ headers }) => headers['ce_id'])).size).toBe(told);
    },
    120_000,
  );

  it.each([
    ['a wrong password', { KAFKA_SASL_PASSWORD: 'Zx81-hunter3' }],
    ['an authority that the shop does not trust', { NODE_EXTRA_CA_CERTS: '' }],
  ])(
    'leave it serving and degraded with %s, and get all when that is mended',
    async (_what, wrong) => {
      await shop.restart(wrong);
      await buy();
      // Long enough for a right one to have been let in.
      await pause(4000);
      expect(await readinessOf(shop)).toEqual({ status: 200, degraded: ['kafka'] });
      expect(
        await scene.count('select count(*) from events.outbox where published_at is null'),
      ).toBeGreaterThan(0);
      expect(shop.logLines.filter((line) => line.includes('hunter'))).toEqual([]);
      await shop.restart();
      await scene.settled();
      expect((await readinessOf(shop)).status).toBe(200);
    },
    120_000,
  );
});
