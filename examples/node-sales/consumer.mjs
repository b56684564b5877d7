// Keeps a table of sales from the events of orders, each counted once however often it is delivered.
// KAFKA_BROKERS, EVENT_PREFIX (shop), GROUP (sales) and SALES_DATABASE_URL say where.
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

const { KAFKA_BROKERS = 'localhost:9092', EVENT_PREFIX = 'shop', GROUP = 'sales' } = process.env;
const database = new pg.Pool({ connectionString: process.env.SALES_DATABASE_URL });
database.on('error', (error) => console.error(error.message));
await database.query(`
  create table if not exists inbox (event_id uuid primary key);
  create table if not exists set_aside (place text primary key, headers text, body bytea, why text not null);
  create table if not exists sales (
    order_id uuid primary key, number text not null, status text not null, version int not null,
    currency text not null, owed_minor bigint not null, units int not null)`);

const brokers = KAFKA_BROKERS.split(',');
const retry = { maxRetryTime: 2000 };
const kafka = new Kafka({ clientId: GROUP, brokers, logLevel: logLevel.ERROR, retry });
const consumer = kafka.consumer({ groupId: GROUP, sessionTimeout: 6000 });
// What the library does not come back from ends the program, and whoever runs it starts it again.
consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || process.exit(1));
await consumer.connect();
await consumer.subscribe({ topic: `${EVENT_PREFIX}.orders`, fromBeginning: true });
await consumer.run({ eachMessage });
console.log(`${GROUP} follows ${EVENT_PREFIX}.orders`);

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => consumer.disconnect().then(() => database.end()));

/** Throws where the database does not answer: the library then brings the message again. */
async function eachMessage({ topic, partition, message }) {
  try {
    await inTransaction((client) => take(client, message));
  } catch (error) {
    // What cannot be read, or is refused as data (classes 22 and 23 of SQL), would fail the next time too.
    if (!/^(SyntaxError|TypeError|2[23]...)$/.test(error.code ?? error.name)) throw error;
    const place = `${topic}/${partition}/${message.offset}`;
    const why = error.message.replaceAll('\0', '');
    console.error(`${place} is set aside: ${why}`);
    const headers = JSON.stringify(Object.entries(message.headers).map((header) => header.join(': ')));
    const row = [place, headers, message.value, why];
    await database.query('insert into set_aside values ($1, $2, $3, $4) on conflict do nothing', row);
  }
}

async function take(client, { headers, value }) {
  if (!headers.ce_type || !headers.ce_id) throw new TypeError('no event: ce_type or ce_id is missing');
  // Readers pass over what they do not know, so that a new event breaks nobody.
  if (!String(headers.ce_type).startsWith('order.')) return;
  const { orderId, number, status, version, currency, owedMinor, ...order } = JSON.parse(value);
  const units = order.unitCount - order.canceledUnitCount;
  const id = [String(headers.ce_id)];
  const isNew = await client.query('insert into inbox values ($1) on conflict do nothing', id);
  if (isNew.rowCount === 0) return;
  // Every event carries the order as it was then; an older one, told again, must not win.
  await client.query(
    `insert into sales values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (order_id) do update set status = excluded.status, version = excluded.version,
       owed_minor = excluded.owed_minor, units = excluded.units where sales.version < excluded.version`,
    [orderId, number, status, version, currency, owedMinor, units],
  );
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
