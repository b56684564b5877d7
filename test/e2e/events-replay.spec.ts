import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/event-house.js';
import { OrderDesk } from '../support/order-desk.js';
import { runCli, startCli } from '../support/run-cli.js';
import { newTopics, type ReadMessage, type TestTopics } from '../support/topics.js';

jest.setTimeout(300_000);

const orderCount = 25;

let shop: TestApp;
let topics: TestTopics;
/** What the topic of orders held before anything was replayed. */
let original: ReadMessage[];
beforeAll(async () => {
  topics = newTopics();
  shop = await startTestApp(topics.environment);
  const desk = await OrderDesk.open(shop, { prefix: 'REPLAY', count: 2 });
  for (let order = 0; order < orderCount; order += 1) await desk.invoiced();
  await eventually('all is published', async () => {
    const { rowCount } = await shop.database.query(
      'select from events.outbox where published_at is null limit 1',
    );
    return rowCount === 0;
  });
  original = await topics.read('orders');
}, 300_000);
afterAll(async () => {
  await shop.close();
  await topics.remove();
}, 60_000);

const env = (brokers: NodeJS.ProcessEnv = topics.environment): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  DATABASE_URL: shop.database.url,
  ...brokers,
});
const cli = (...words: string[]) => runCli(env(), ...words);

/** What came since `before`. */
async function replayed(before: readonly ReadMessage[]): Promise<ReadMessage[]> {
  const seen = new Set(before.map(placeOf));
  return (await topics.read('orders')).filter((message) => !seen.has(placeOf(message)));
}
const placeOf = ({ partition, offset }: ReadMessage): string => `${partition}/${offset}`;

/** A consumer's table: per order the last version and all that happened, each event once. */
function tableOf(messages: readonly ReadMessage[]): Map<string, string[]> {
  const table = new Map<string, string[]>();
  const inbox = new Set<string>();
  for (const { key, value, headers } of [...messages].sort((a, b) => a.offset - b.offset)) {
    if (inbox.has(headers['ce_id'] ?? '')) continue;
    inbox.add(headers['ce_id'] ?? '');
    const row = `${headers['ce_sequence']} ${headers['ce_type']} ${value}`;
    table.set(key ?? '', [...(table.get(key ?? '') ?? []), row]);
  }
  return table;
}

const effects = async () =>
  (await shop.database.query('select consumer, event_id, handled_at from events.inbox order by 1, 2')).rows;

it('a table that is built from a replay equals the original, and the shop itself takes nothing twice', async () => {
  const before = await effects();
  const { code, output } = await cli('events', 'replay');
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(/^replay [0-9a-f-]{36}: \d+ events\nreplayed \d+ events$/m),
  ]);
  const again = await replayed(original);
  expect(again).toHaveLength(original.length);
  expect(again.every(({ headers }) => headers['ce_replay'] === 'true')).toBe(true);
  expect(original.some(({ headers }) => 'ce_replay' in headers)).toBe(false);
  expect(tableOf(original).size).toBe(orderCount);
  expect(tableOf(again)).toEqual(tableOf(original));
  const status = await eventually('the consumers have read it', async () => {
    const report = JSON.parse((await cli('outbox', 'status', '--json')).output) as {
      consumers: { consumer: string; waiting: number }[];
    };
    return report.consumers.find(({ consumer, waiting }) => consumer === 'orders' && waiting === 0);
  });
  expect(status).toBeDefined();
  expect(await effects()).toEqual(before);
});

it('a dry run counts what a filter leaves and publishes nothing', async () => {
  const before = await topics.read('orders');
  const { code, output } = await cli('events', 'replay', '--type', 'order.placed', '--dry-run');
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(new RegExp(`^order.placed +${orderCount}\nall +${orderCount}\n$`)),
  ]);
  expect(await replayed(before)).toEqual([]);
});

it.each(['SIGINT', 'SIGKILL'] as const)('what %s cuts off goes on where it was', async (signal) => {
  const before = await topics.read('orders');
  const { child, ended } = startCli(env(), 'events', 'replay', '--type', 'order.placed', '--rate', '4');
  const id = await eventually('a part is published', async () => {
    const { rows } = await shop.database.query<{ id: string }>(
      'select id from events.replay where published > 0 and finished_at is null',
    );
    return rows[0]?.id;
  });
  child.kill(signal);
  const { code, output } = await ended;
  expect(code).toBe(1);
  if (signal === 'SIGINT') expect(output).toContain(`go on with: events replay --resume ${id}`);
  const cut = await replayed(before);
  expect(cut.length).toBeLessThan(orderCount);
  expect((await cli('events', 'replay', '--resume', id)).code).toBe(0);
  const again = await replayed(before);
  expect(again.length).toBeLessThanOrEqual(orderCount + 1);
  expect(tableOf(again)).toEqual(
    tableOf(original.filter(({ headers }) => headers['ce_type'] === 'order.placed')),
  );
});

it.each([
  [['--type', 'order.melted'], {}, 'there is no event order.melted'],
  [['--from', 'yesterday'], {}, 'a time is wanted, such as'],
  [['--resume', '019370a0-0000-7000-8000-000000000000'], {}, 'there is no replay 019370a0-'],
  [['--resume', 'a', '--key', 'b'], {}, 'a replay that is resumed keeps its window'],
  [[], { KAFKA_BROKERS: '' }, 'KAFKA_BROKERS is not set: listeners inside the shop took each event once'],
])('%j with %j ends with a sentence', async (words, without, sentence) => {
  const { code, output } = await runCli(
    env({ ...topics.environment, ...without }),
    'events',
    'replay',
    ...words,
  );
  expect(code).toBe(1);
  expect(output).toContain(sentence);
  expect(output).not.toContain('    at ');
});
