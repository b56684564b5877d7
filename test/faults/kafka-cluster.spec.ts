import { setTimeout as pause } from 'node:timers/promises';
import { eventTopics } from '../../src/platform/kafka/topic-names.js';
import { type KafkaCluster, startKafkaCluster } from '../support/servers/kafka-cluster.js';
import { sendUntil } from '../support/traffic/generator.js';
import type { ShopProcess } from '../support/shop-process.js';
import { KafkaScene, readinessOf } from '../support/traffic/kafka-scene.js';

const isLong = process.env['TEST_LANE'] === 'long';
const kills = isLong ? 9 : 2;
const items = 500;

/** Leaders of partitions and groups move from broker to broker while a backlog is relayed and effects are had. */
describe('a cluster of three brokers, each message on all', () => {
  let scene: KafkaScene<KafkaCluster>;
  let shop: ShopProcess;

  beforeAll(async () => {
    scene = await KafkaScene.openOver(startKafkaCluster());
    shop = await scene.addShop();
  }, 240_000);

  afterAll(async () => {
    await scene.close();
  }, 60_000);

  it('has two of three replicas acknowledge each message, or more where an operator wants it', async () => {
    await scene.until('the topics are there', async () => (await readinessOf(shop)).degraded.length === 0);
    const { topics } = scene;
    const acknowledgeBy = async (topic: string) => (await topics.settingsOf(topic))['min.insync.replicas'];
    const rooms = ['carts', 'orders', 'payments', 'deliveries', 'inventory', 'dead-letters'];
    for (const room of rooms)
      await scene.until(`two for ${room}`, async () => (await acknowledgeBy(room)) === '2');

    for (const [given, left] of [
      ['3', '3'],
      ['1', '2'],
    ] as const) {
      await topics.alter('carts', { 'min.insync.replicas': given });
      expect(await shop.cli('topics', 'apply')).toMatchObject({ code: 0 });
      expect(await acknowledgeBy('carts')).toBe(left);
      expect(await topics.settingsOf('carts')).toMatchObject({ 'max.message.bytes': '4194304' });
    }
  }, 120_000);

  it('is restarted broker by broker, then loses its busiest broker again and again, and the shop loses and disorders nothing', async () => {
    const { actions, random, stock } = await scene.actors(31);
    await scene.until('all is well', async () => (await readinessOf(shop)).degraded.length === 0);
    const topics = eventTopics(scene.topics.environment['EVENT_PREFIX'] ?? '');
    const stopping = new AbortController();
    const traffic = sendUntil(stopping.signal, actions, random, 10);
    const { nodes } = scene.broker;
    const entriesBefore = scene.log.entries.length;

    const restarts: Delay[] = [];
    for (const [id, node] of nodes) {
      const since = await scene.now();
      const importing = stock(`RESTART${id}`, items);
      await node.stop();
      await node.start();
      await importing;
      restarts.push(await delaySince(since));
      await scene.broker.untilInSync(topics);
    }

    const losses: Delay[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const busiest = nodes.get(await busiestNode(topics));
      if (!busiest) throw new Error('no broker leads');
      const since = await scene.now();
      const importing = stock(`KILL${kill}`, items);
      await scene.until('a part is published', async () => (await publishedSince(since)) > 0);
      await busiest.kill();
      await importing;
      // Everything goes on with the two that are left.
      losses.push(await delaySince(since));
      await busiest.start();
      await scene.broker.untilInSync(topics);
    }

    stopping.abort();
    const failed = await traffic;
    const tries = scene.log.entries.slice(entriesBefore);
    const refused = tries.filter((entry) => entry.status === 0 || entry.status >= 500);
    const { messages, duplicates, wrong } = await scene.prove(nodes.size + kills);
    console.log(
      `three brokers: restarted one by one, the latest event ${inSeconds(restarts)}; the busiest killed ${kills} times, ` +
        `the latest event ${inSeconds(losses)}; ${tries.length} tries, ${refused.length} refused; ${duplicates} of ${messages} messages came twice`,
    );
    expect(failed).toEqual([]);
    // Three brokers and a database on one small machine may leave a request without a connection, which it is told to try again.
    expect(refused.filter((entry) => entry.status !== 503)).toEqual([]);
    expect(refused.length).toBeLessThan(tries.length / 50);
    expect(wrong).toEqual([]);
    expect(shop.starts).toBe(1);
    for (const { publishedMs, effectMs } of [...restarts, ...losses])
      expect(Math.max(publishedMs, effectMs)).toBeLessThan(200_000);
  }, 900_000);

  async function busiestNode(topics: string[]): Promise<number> {
    const led = [...(await scene.broker.leaders(topics))].sort(([, one], [, other]) => other - one);
    return led[0]?.[0] ?? 0;
  }

  function publishedSince(since: number): Promise<number> {
    return scene.count('select count(*) from events.outbox where published_at > to_timestamp($1)', since);
  }

  /** How late the latest of the events was that happened from `since` to now, once all are in effect. */
  async function delaySince(since: number): Promise<Delay> {
    await pause(2000);
    const now = await scene.now();
    const these = 'occurred_at between to_timestamp($1) and to_timestamp($2)';
    await scene.until(
      'all is published',
      async () =>
        (await scene.count(
          `select count(*) from events.outbox where published_at is null and ${these}`,
          since,
          now,
        )) === 0,
    );
    await scene.until('all is in effect', async () => (await scene.unhandled()) === 0);
    const latest = (at: string, from: string): Promise<number> =>
      scene.count(
        `select extract(epoch from max(${at} - occurred_at)) * 1000 from ${from} where ${these}`,
        since,
        now,
      );
    return {
      publishedMs: await latest('published_at', 'events.outbox'),
      effectMs: await latest(
        'handled_at',
        'events.outbox join events.inbox on event_id = events.outbox.id::text',
      ),
    };
  }
});

interface Delay {
  publishedMs: number;
  effectMs: number;
}

function inSeconds(delays: readonly Delay[]): string {
  const list = (times: number[]): string => times.map((ms) => (ms / 1000).toFixed(1)).join(', ');
  const published = list(delays.map(({ publishedMs }) => publishedMs));
  return `published after ${published} s and in effect after ${list(delays.map(({ effectMs }) => effectMs))} s`;
}
