import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/event-house.js';
import { type ExampleConsumer, expectAgreement, openSales, openStock } from '../support/example-consumers.js';
import { OrderDesk } from '../support/order-desk.js';
import { newTopics, partitions, type TestTopics } from '../support/topics.js';
import { writeRawMessages } from '../support/write-raw-messages.js';

jest.setTimeout(180_000);

let topics: TestTopics;
let shop: TestApp;
let desk: OrderDesk;
beforeAll(async () => {
  topics = newTopics();
  shop = await startTestApp({ ...topics.environment, SETTLE_INTERVAL_MS: '50' });
  desk = await OrderDesk.open(shop, { prefix: 'EXAMPLE', count: 3 });
});
afterAll(async () => {
  await shop.close();
  await topics.remove();
});

/** Orders of every kind, and what becomes of some. */
async function sell(): Promise<void> {
  await desk.charged('tok_approve', [{ sku: desk.sku(0), quantity: 2 }]);
  await desk.charged('tok_decline', [{ sku: desk.sku(1), quantity: 1 }]);
  const order = await desk.invoiced([{ sku: desk.sku(2), quantity: 3 }]);
  await desk.cancel(order);
}

it('each example is one file of under 80 lines', () => {
  for (const folder of readdirSync('examples', { withFileTypes: true })) {
    if (!folder.isDirectory()) continue;
    const [file = ''] = readdirSync(join('examples', folder.name)).filter((name) =>
      name.startsWith('consumer.'),
    );
    const lines = readFileSync(join('examples', folder.name, file), 'utf8')
      .trimEnd()
      .split('\n');
    expect([file, lines.length < 80]).toEqual([file, true]);
  }
});

describe.each([
  ['the sales table of the Node example', openSales],
  ['the stock table of the Python example', openStock],
])('%s', (_what, open) => {
  let example: ExampleConsumer;
  beforeAll(async () => {
    example = await open(shop, topics);
    await eventually('the consumer', () => example.process.isListening);
  });
  afterAll(() => example.close());

  const agree = () => expectAgreement(example);

  it('says what the shop says', async () => {
    await sell();
    await agree();
    expect(await example.kept()).not.toEqual([]);
  });

  it('stays so when every message is brought twice, as a relay that crashed would bring them', async () => {
    for (const { key, value, headers } of await topics.read(example.topic))
      await topics.write(example.topic, { key, value, headers });
    await sell();
    await agree();
  });

  it('catches up after it was killed', async () => {
    await example.process.kill();
    await sell();
    example.process.start();
    await agree();
  });

  it('is not held up by messages that it cannot take: they are set aside, with why', async () => {
    const { topic, type } = example;
    const told = await topics.read(topic);
    const value = told.find(({ headers }) => headers['ce_type'] === type)?.value ?? '';
    const envelope = () => ({ ce_type: type, ce_id: randomUUID() });
    const noEvents = [
      { value: '\0 no json', headers: envelope() },
      { value: '{"of":"another shape"}', headers: envelope() },
      { value: '[]', headers: envelope() },
      { value: null, headers: envelope() },
      { value: 'an id without a value', headers: { ...envelope(), ce_id: null } },
      { value: 'a type without a value', headers: { ...envelope(), ce_type: null } },
      { value: 'no envelope', headers: {} },
    ];
    const unknown = { value: 'nobody reads this', headers: { ...envelope(), ce_type: 'moon.rose' } };
    const good = Array.from({ length: partitions }, () => ({
      value,
      headers: { ...envelope(), traceparent: null },
    }));
    const all = good.map((last, partition) =>
      [...noEvents, unknown, last].map((message) => ({ ...message, partition })),
    );
    await writeRawMessages(topics, topic, all.flat());
    await eventually('the good one behind them', async () => {
      const taken = await example.taken();
      return good.every(({ headers }) => taken.includes(headers.ce_id));
    });
    const aside = await example.setAside();
    const bodies = Array.from({ length: partitions }, () => noEvents.map((message) => message.value)).flat();
    expect(aside.map(({ body }) => body).sort()).toEqual(bodies.sort());
    expect(aside.filter(({ why }) => why.length < 10)).toEqual([]);
    await sell();
    await agree();
  });
});
