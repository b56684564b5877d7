/** Statements that break one invariant each, by the start of its title; run in a transaction that is rolled back. */
export const breakages: readonly { title: string; sql: string }[] = [
  { title: 'no level is oversold', sql: 'update inventory.stock_level set reserved = on_hand + 1' },
  { title: 'the sums of the ledger', sql: 'update inventory.stock_level set on_hand = on_hand + 1' },
  {
    title: 'open reservations',
    sql: `update inventory.reservation set quantity = quantity + 1 where status = 'committed'`,
  },
  { title: 'the ledger refuses', sql: 'alter table inventory.movement disable trigger movement_append_only' },
  { title: 'what the ledger promised', sql: 'update inventory.reservation set quantity = quantity + 1' },
  {
    title: 'every reservation stands',
    sql: `update inventory.reservation set status = 'active' where status = 'fulfilled'`,
  },
  {
    title: 'a reservation that has ended',
    sql: `update inventory.reservation set quantity = quantity + 1 where status = 'fulfilled'`,
  },
  { title: 'a cart stands', sql: `update carts.cart set status = 'open' where status = 'ordered'` },
  {
    title: 'a merged cart',
    sql: `update carts.cart set status = 'merged', merged_into = id, customer_id = null`,
  },
  {
    title: 'an ordered cart has lines',
    sql: `update carts.cart set line_count = 0 where status = 'ordered'`,
  },
  { title: 'a cart counts its lines', sql: 'update carts.cart set line_count = line_count + 1' },
  { title: 'an order of a cart', sql: 'update orders."order" set cart_id = null where cart_id is not null' },
  { title: 'unit price × quantity', sql: 'update orders.line set subtotal_minor = subtotal_minor + 1' },
  { title: 'the lines and the shipping', sql: 'update orders."order" set total_minor = total_minor + 1' },
  { title: 'per order line', sql: 'update orders.line set canceled = quantity, shipped = 1' },
  {
    title: 'every order came',
    sql: `update orders."order" set status = 'expired' where status = 'completed'`,
  },
  {
    title: 'no order is pending later',
    sql: `update orders."order" set status = 'pending', expires_at = '2020-01-01', hard_limit_at = '2020-01-01'`,
  },
  { title: 'every captured payment', sql: 'update payments.payment set order_id = gen_random_uuid()' },
  {
    title: 'our money',
    sql: `update sandbox.psp_transaction set amount_minor = amount_minor + 1, updated_at = now() - interval '1 hour'`,
  },
  {
    title: 'refunded ≤ captured',
    sql: `update payments.payment_transaction set amount_minor = amount_minor + 1 where kind = 'capture'`,
  },
  {
    title: 'every payment transaction',
    sql: `update payments.payment_transaction set path = '{failed,pending}', state = 'pending'`,
  },
  {
    title: 'no payment is unknown',
    sql: `update payments.payment_transaction set state = 'unknown', sent_at = '2020-01-01', created_at = '2020-01-01'`,
  },
  {
    title: 'a parcel that left',
    sql: 'update deliveries.delivery set tracking_number = null where shipped_at is not null',
  },
  {
    title: 'a delivery stands',
    sql: `update deliveries.delivery set status = 'pending' where shipped_at is not null`,
  },
  { title: 'what the ledger shipped', sql: 'update deliveries.delivery set shipped_at = null' },
  { title: 'the deliveries of a confirmed order', sql: 'update deliveries.line set quantity = quantity + 1' },
  { title: 'every payment belongs', sql: 'update payments.payment set order_id = gen_random_uuid()' },
  {
    title: 'no reservation is open',
    sql: `update orders."order" set status = 'canceled' where status = 'confirmed'`,
  },
  { title: 'every unit of a living order', sql: `update inventory.reservation set released = released + 1` },
  ...['cart', 'order', 'payment', 'delivery', 'item', 'stock'].map((type) => ({
    title: `every change of a ${type} `,
    sql: `delete from events.outbox where aggregatetype = '${type}' and sequence = 1`,
  })),
  ...['cart', 'delivery'].map((type) => ({
    title: `every ${type} came`,
    sql: `update events.outbox set payload = jsonb_set(payload, '{status}', '"lost"') where aggregatetype = '${type}' and sequence = 1`,
  })),
  { title: 'the events of an aggregate', sql: 'update events.outbox set sequence = 1' },
  {
    title: 'the events of a stream',
    sql: 'update events.outbox set stream_position = 2 where stream_position = 1',
  },
  {
    title: 'no published event is passed over',
    sql: `update events.outbox set published_at = now() - interval '1 hour';
      delete from events.inbox where event_id = (
      select o.id::text from events.outbox o join events.inbox i on i.event_id = o.id::text
      where o.type = 'payment.captured' order by o.position offset 1 limit 1)`,
  },
  {
    title: 'no event is both',
    sql: `insert into events.dead_letter (consumer, event_id, type, aggregatetype, aggregateid, key, sequence, topic, payload, occurred_at, reason, error, tries)
      select i.consumer, o.id, type, aggregatetype, aggregateid, key, sequence, topic, payload, occurred_at, 'Error', 'Error', 5
      from events.inbox i join events.outbox o on o.id::text = i.event_id limit 1`,
  },
  {
    title: 'every event that was told',
    sql: `insert into events.due (consumer, position, event_id, occurred_at) values ('nobody', 1, gen_random_uuid(), now())`,
  },
  {
    title: 'no key is in progress',
    sql: `update idempotency.record set state = 'in_progress', locked_until = '2020-01-01'`,
  },
  {
    title: 'no event waits',
    sql: `insert into events.outbox (id, aggregatetype, aggregateid, type, payload, position, key, sequence, topic, occurred_at)
      values (gen_random_uuid(), 'probe', 'p', 'probe.moved', '{}', 0, 'p', 1, 'orders', now() - interval '1 hour')`,
  },
];

/** Takes away what PostgreSQL itself would refuse, so that the second line is proved without the first. */
export const withoutConstraints = `
  do $$
  declare c record;
  begin
    for c in select conrelid::regclass as relation, conname from pg_constraint
      where contype in ('c', 'u', 'f') and conrelid <> 0
        and connamespace in (select oid from pg_namespace where nspname in ('inventory', 'carts', 'orders', 'payments', 'deliveries', 'idempotency', 'sandbox'))
      order by contype = 'f' desc
    loop execute format('alter table %s drop constraint %I', c.relation, c.conname); end loop;
  end $$`;
