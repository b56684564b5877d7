import { startTestApp, type TestApp } from '../support/app.js';
import { expectAgreement, openSales, openStock } from '../support/example-consumers.js';
import { OrderDesk } from '../support/order-desk.js';
import { type KafkaBroker, startKafkaBroker } from '../support/servers/kafka-broker.js';
import { newTopics } from '../support/topics.js';

jest.setTimeout(240_000);

describe('a broker that the examples read from', () => {
  let broker: KafkaBroker;
  let shop: TestApp;
  beforeAll(async () => {
    broker = await startKafkaBroker();
  });
  afterAll(async () => {
    await shop.close();
    await broker.remove();
  });

  it('is killed and comes back, and they go on', async () => {
    const topics = newTopics(broker.brokers);
    shop = await startTestApp({ ...topics.environment, SETTLE_INTERVAL_MS: '50' });
    const desk = await OrderDesk.open(shop, { prefix: 'EXAMPLE', count: 1 });
    const sell = () => desk.charged('tok_approve', [{ sku: desk.sku(0), quantity: 1 }]);
    const examples = [await openSales(shop, topics), await openStock(shop, topics)];
    const agree = async () => {
      for (const example of examples) await expectAgreement(example);
    };
    await sell();
    await agree();
    // Killed while something is on its way to them.
    await Promise.all([sell(), sell(), broker.kill()]);
    await sell();
    await broker.start();
    await sell();
    await agree();
    for (const example of examples) {
      expect(example.process.isRunning).toBe(true);
      await example.close();
    }
  });
});
