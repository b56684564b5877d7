import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { EnduringPool } from '../src/platform/database/connection.js';
import {
  type BreakablePostgres,
  startBreakablePostgres,
} from '../test/support/servers/breakable-postgres.js';
import { type KafkaBroker, startKafkaBroker } from '../test/support/servers/kafka-broker.js';
import { ShopProcess } from '../test/support/shop-process.js';
import { newTopics } from '../test/support/topics.js';
import { type Delays, EventTimes } from './event-times.js';
import { loads, orderOf, type Placed, placeOrders, warmUp } from './place-orders.js';
import { markdownTable, today } from './report.js';

interface Measured extends Placed, Delays {
  transport: string;
  load: string;
}

/** From the commit that tells an event to the commit of its effect in the orders' room: inside the process, and over a broker. */
describe('events, from commit to effect', () => {
  const measured: Measured[] = [];

  it.each(['in the process', 'over Kafka'])(
    '%s',
    async (transport) => {
      // The database keeps the time of every commit for this.
      const [database, broker] = await Promise.all([
        startBreakablePostgres({ track_commit_timestamp: 'on' }),
        transport === 'over Kafka' ? startKafkaBroker() : undefined,
      ]);
      const pool = new EnduringPool({ connectionString: database.url, max: 2 });
      const events = broker ? newTopics(broker.brokers).environment : {};
      const shop = await ShopProcess.start({
        env: { DATABASE_URL: database.url, LOG_LEVEL: 'warn', ...events },
      });
      try {
        const [times, order] = [await EventTimes.of(pool), await orderOf(shop)];
        await placeOrders(order, warmUp);
        await times.allInEffect();
        for (const [load, how] of Object.entries(loads)) {
          await times.forget();
          const placed = await placeOrders(order, how);
          await times.allInEffect();
          measured.push({ transport, load, ...placed, ...(await times.delays()) });
        }
      } finally {
        await close(shop, pool, database, broker);
      }
    },
    600_000,
  );

  afterAll(async () => {
    const table = tableOf(measured);
    console.log(table);
    await writeFile(join(__dirname, 'events.md'), table);
  });
});

async function close(shop: ShopProcess, pool: Pool, database: BreakablePostgres, broker?: KafkaBroker) {
  await shop.stop();
  await pool.end();
  await Promise.all([database.remove(), broker?.remove()]);
}

function tableOf(measured: Measured[]): string {
  const rows = measured.map((row) => [
    row.load,
    row.transport,
    row.ordersAMinute.toFixed(0),
    row.toldPerSecond.toFixed(1),
    row.effects,
    row.effectsPerSecond.toFixed(1),
    row.medianMs.toFixed(1),
    row.p99Ms.toFixed(1),
    row.longestMs.toFixed(0),
  ]);
  const head = [
    'load',
    'transport',
    'orders a minute',
    'events told a second',
    'effects',
    'effects a second',
    'commit to effect, median ms',
    'p99 ms',
    'longest ms',
  ];
  return `# Events, from commit to effect

Measured on ${today()} on ${cpus().length} cores that carry the shop, PostgreSQL, the broker and the shoppers; written by \`make bench\`.
An effect is a payment's event that changed its order, one for each order on invoice; the times are those of the two commits, by the database's clock.

${markdownTable(head, rows)}
`;
}
