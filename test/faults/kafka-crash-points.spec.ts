import { KafkaScene } from '../support/traffic/kafka-scene.js';
import type { FailPoint } from '../../src/platform/faults/index.js';
import type { ShopActions } from '../support/traffic/shop-actions.js';

const points = ['after-publish-before-mark', 'after-effect-before-mark'] satisfies FailPoint[];
const reactions = ['exit', 'throw', 'stall', 'cut'];
const cases = points.flatMap((point) => reactions.map((reaction) => [point, reaction] as const));

/** F1 over a broker: where events are concerned, a crash is between two systems and not only between two transactions. */
describe('over a broker', () => {
  let scene: KafkaScene;
  let actions: ShopActions;

  beforeAll(async () => {
    scene = await KafkaScene.open();
    await scene.addShop({ isSupervised: true });
    ({ actions } = await scene.actors(1));
  }, 240_000);

  afterAll(() => scene.close(), 120_000);

  it.each(cases)(
    'what %s meets (%s) heals without a person',
    async (point, reaction) => {
      const [shop] = scene.shops;
      const startsBefore = shop?.starts ?? 0;
      const linesBefore = shop?.logLines.length ?? 0;
      await shop?.restart({ FAIL_POINT: `${point}:${reaction}` });
      const answer = await actions.buy();
      expect(answer?.status).toBeLessThan(300);
      await scene.until('the point reacted', async () =>
        (shop?.logLines ?? [])
          .slice(linesBefore)
          .some((line) => line.includes(`point ${point}: ${reaction}`)),
      );
      await shop?.ready();
      await scene.settled();
      expect(shop?.starts).toBe(startsBefore + (reaction === 'exit' ? 2 : 1));
      expect(await scene.count(`select count(*) from orders."order" where status <> 'confirmed'`)).toBe(0);
    },
    300_000,
  );

  it('every event is in its topic, in order, and took effect once', async () => {
    // Each start of a case ends the process before it without a word, and the point itself ends, fails or delays another.
    const { messages, duplicates, wrong } = await scene.prove(cases.length * 2);
    console.log(`${cases.length} crash points: ${duplicates} of ${messages} messages came twice`);
    expect(wrong).toEqual([]);
  }, 300_000);
});
