import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TestApp } from './app.js';
import { createTestDatabase } from './database.js';
import { eventually } from './event-house.js';
import { ExampleProcess } from './example-process.js';
import type { TestTopics } from './topics.js';

/** One of `examples/` at work on the shop's topics, and what it should come to. */
export interface ExampleConsumer {
  /** The topic that it follows, and an event of it that it takes. */
  topic: string;
  type: string;
  process: ExampleProcess;
  /** The rows of its table, and the same as the shop has them, in the same order. */
  kept(): Promise<unknown[]>;
  wanted(): Promise<unknown[]>;
  /** Why it could not take messages, each with its body. */
  setAside(): Promise<Aside[]>;
  /** The ids of the events that it knows. */
  taken(): Promise<string[]>;
  close(): Promise<void>;
}

interface Aside {
  body: string | null;
  why: string;
}

/** The tables keep bytes, which the queries bring as hexadecimal digits. */
const readable = ({ body, why }: Aside): Aside => ({
  body: body === null ? null : Buffer.from(body, 'hex').toString(),
  why,
});

/** Waits until its table is as the shop has it. What was compared is what is judged: the shop may have gone on by the next look. */
export async function expectAgreement(example: ExampleConsumer): Promise<void> {
  let [kept, wanted]: unknown[][] = [];
  await eventually('a table as the shop has it', async () => {
    [kept, wanted] = [await example.kept(), await example.wanted()];
    return isDeepStrictEqual(kept, wanted);
  }).catch(() => undefined);
  expect(kept).toEqual(wanted);
}

/** `examples/node-sales`, on a database of its own. */
export async function openSales(shop: TestApp, topics: TestTopics): Promise<ExampleConsumer> {
  const own = await createTestDatabase({ isMigrated: false });
  const env = { ...topics.environment, GROUP: topics.nameOf('sales'), SALES_DATABASE_URL: own.url };
  const process = ExampleProcess.node('examples/node-sales/consumer.mjs', env);
  process.start();
  // Its tables are not there before it made them.
  const rowsOf = <Row extends object>(sql: string): Promise<Row[]> =>
    own.query<Row>(sql).then(
      ({ rows }) => rows,
      () => [],
    );
  return {
    topic: 'orders',
    type: 'order.confirmed',
    process,
    kept: () =>
      rowsOf('select order_id, number, status, version, owed_minor, units from sales order by number'),
    wanted: async () =>
      (
        await shop.database.query(
          `select id as order_id, number, status, version, owed_minor, unit_count - canceled_unit_count as units
           from orders."order" order by number`,
        )
      ).rows,
    setAside: async () =>
      (await rowsOf<Aside>(`select encode(body, 'hex') as body, why from set_aside`)).map(readable),
    taken: async () =>
      (await rowsOf<{ id: string }>('select event_id::text as id from inbox')).map(({ id }) => id),
    close: async () => {
      await process.stop();
      await own.drop();
    },
  };
}

/** `examples/python-stock`, on a file of its own. */
export async function openStock(shop: TestApp, topics: TestTopics): Promise<ExampleConsumer> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-example-'));
  const file = join(folder, 'stock.sqlite');
  const env = { ...topics.environment, GROUP: topics.nameOf('stock'), STOCK_FILE: file };
  const process = await ExampleProcess.python('examples/python-stock', env);
  process.start();
  const script =
    'import json, sqlite3, sys; print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))';
  // What a query selects is what its caller says.
  const rowsOf = <Row extends unknown[]>(sql: string): Row[] =>
    JSON.parse(execFileSync('python3', ['-c', script, file, sql], { encoding: 'utf8' })) as Row[];
  return {
    topic: 'inventory',
    type: 'stock.changed',
    process,
    kept: async () => rowsOf('select sku, location, available, version from stock order by sku'),
    wanted: async () =>
      (
        await shop.database.query<{ row: unknown[] }>(
          `select json_build_array(sku, location, on_hand - reserved, version) as row
           from inventory.stock_level order by sku`,
        )
      ).rows.map(({ row }) => row),
    setAside: async () =>
      rowsOf<[string | null, string]>(
        'select case when body is not null then hex(body) end, why from set_aside',
      ).map(([body, why]) => readable({ body, why })),
    taken: async () => rowsOf<[string]>('select event_id from inbox').map(([id]) => id),
    close: async () => {
      await process.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
