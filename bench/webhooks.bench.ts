import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EnduringPool } from '../src/platform/database/connection.js';
import { startBreakablePostgres } from '../test/support/servers/breakable-postgres.js';
import { ShopProcess } from '../test/support/shop-process.js';
import { WebhookDesk } from '../test/support/webhook-desk.js';
import { WebhookReceiver } from '../test/support/webhook-receiver.js';
import { loads, orderOf, placeOrders, warmUp } from './place-orders.js';
import { markdownTable, quantile, today } from './report.js';

/** Every event of every order goes to one endpoint, which answers at once. */
describe('outgoing webhooks, from the event to the receiver', () => {
  it('are told of every event of every order', async () => {
    const database = await startBreakablePostgres();
    const pool = new EnduringPool({ connectionString: database.url, max: 2 });
    const shop = await ShopProcess.start({
      env: { DATABASE_URL: database.url, LOG_LEVEL: 'warn', WEBHOOK_ALLOW_PRIVATE: 'true' },
    });
    const receiver = await WebhookReceiver.open();
    const rows: (string | number)[][] = [];
    try {
      const order = await orderOf(shop);
      await (await WebhookDesk.open(shop.url)).register(receiver.url, null);
      await placeOrders(order, warmUp);
      await allDelivered();
      for (const [load, how] of Object.entries(loads)) {
        receiver.received.length = 0;
        const startedAt = Date.now();
        const { ordersAMinute } = await placeOrders(order, how);
        await allDelivered();
        const delays = receiver.received.map(({ at, event }) => at - Date.parse(event.timestamp));
        const seconds = (Math.max(...receiver.received.map(({ at }) => at)) - startedAt) / 1000;
        rows.push([
          load,
          ordersAMinute.toFixed(0),
          delays.length,
          (delays.length / seconds).toFixed(1),
          quantile(delays, 0.5),
          quantile(delays, 0.99),
          Math.max(...delays),
        ]);
      }
    } finally {
      await shop.stop();
      await pool.end();
      await Promise.all([receiver.close(), database.remove()]);
    }
    const table = reportOf(rows);
    console.log(table);
    await writeFile(join(__dirname, 'webhooks.md'), table);

    async function allDelivered(): Promise<void> {
      for (;;) {
        const { rows: found } = await pool.query<{ waiting: number }>(
          `select (select count(*) from events.outbox where published_at is null)::int
             + (select count(*) from webhooks.delivery where status = 'pending')::int as waiting`,
        );
        if (found[0]?.waiting === 0) return;
        await pause(500);
      }
    }
  }, 900_000);
});

function reportOf(rows: (string | number)[][]): string {
  const head = [
    'load',
    'orders a minute',
    'deliveries',
    'deliveries a second',
    'event to receiver, median ms',
    'p99 ms',
    'longest ms',
  ];
  return `# Outgoing webhooks, from the event to the receiver

Measured on ${today()} on ${cpus().length} cores that carry the shop, PostgreSQL, the receiver and the shoppers; written by \`make bench\`.
Every event goes to one endpoint that answers at once; the time is from the event's timestamp to the end of the request at the receiver.

${markdownTable(head, rows)}
`;
}
