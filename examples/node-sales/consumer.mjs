// Keeps a table of sales from the events of orders, each counted once however often it is delivered.
// KAFKA_BROKERS, EVENT_PREFIX (shop), GROUP (sales) and SALES_DATABASE_URL say where.
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

const { KAFKA_BROKERS = 'localhost:9092', EVENT_PREFIX = 'shop', GROUP = 'sales' } = process.env;
const database = new pg.Pool({ connectionString: process.env.SALES_DATABASE_URL });
database.on('error', (error) => console.error(error.message));
await database.query(`
  create table if not exists inbox (event_id uuid primary key);
  create table if not exists sales (
    order_id uuid primary key, number text not null, status text not null, version int not null,
    currency text not null, owed_minor bigint not null, units int not null)`);

const kafka = new Kafka({
  clientId: GROUP,
  brokers: KAFKA_BROKERS.split(','),
  logLevel: logLevel.ERROR,
  retry: { maxRetryTime: 2000 },
});
const consumer = kafka.consumer({ groupId: GROUP, sessionTimeout: 6000 });
await consumer.connect();
await consumer.subscribe({ topic: `${EVENT_PREFIX}.orders`, fromBeginning: true });
await consumer.run({ eachMessage: ({ message }) => take(message) });
console.log(`${GROUP} follows ${EVENT_PREFIX}.orders`);

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await consumer.disconnect();
    await database.end();
  });

/** Throws where the database does not answer: the library then brings the message again. */
async function take({ headers, value }) {
  const type = String(headers.ce_type);
  // Readers pass over what they do not know, so that a new event breaks nobody.
  if (!type.startsWith('order.') || !value) return;
  await inTransaction(async (client) => {
    const { rowCount } = await client.query('insert into inbox values ($1) on conflict do nothing', [
      String(headers.ce_id),
    ]);
    if (rowCount === 0) return;
    const order = JSON.parse(value);
    // Every event carries the order as it was then; an older one, told again, must not win.
    await client.query(
      `insert into sales values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (order_id) do update set status = excluded.status, version = excluded.version,
         owed_minor = excluded.owed_minor, units = excluded.units where sales.version < excluded.version`,
      [
        order.orderId,
        order.number,
        order.status,
        order.version,
        order.currency,
        order.owedMinor,
        order.unitCount - order.canceledUnitCount,
      ],
    );
  });
}

/** The inbox's row and its effect: both or neither. */
async function inTransaction(work) {
  const client = await database.connect();
  try {
    await client.query('begin');
    await work(client);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
