import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrders1764000000040 implements MigrationInterface {
  name = 'CreateOrders1764000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema orders');
    await runner.query(orderTable);
    await runner.query(orderIndexes);
    await runner.query(partTables);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema orders cascade');
  }
}

const orderTable = `
  create table orders."order" (
    id uuid primary key,
    number text not null constraint order_number unique,
    version int not null check (version > 0),
    status text not null,
    payment_status text not null,
    payment_unknown_since timestamptz,
    delivery_status text not null,
    has_delivery_trouble boolean not null,
    cart_id uuid constraint order_per_cart unique,
    customer_id text,
    email text not null,
    shipping_address jsonb not null,
    billing_address jsonb,
    note text,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    prices_include_tax boolean not null,
    subtotal_minor bigint not null check (subtotal_minor >= 0),
    discount_minor bigint not null check (discount_minor >= 0),
    shipping_minor bigint not null check (shipping_minor >= 0),
    tax_minor bigint not null check (tax_minor >= 0),
    total_minor bigint not null check (total_minor >= 0),
    owed_minor bigint not null check (owed_minor between 0 and total_minor),
    kept_minor bigint not null check (kept_minor >= 0),
    line_count int not null check (line_count > 0),
    unit_count int not null check (unit_count > 0),
    canceled_unit_count int not null check (canceled_unit_count between 0 and unit_count),
    placed_at timestamptz not null,
    expires_at timestamptz not null,
    hard_limit_at timestamptz not null,
    expiry_waits_until timestamptz,
    confirmed_at timestamptz,
    ended_at timestamptz,
    needs_attention boolean not null generated always as (
      (status in ('confirmed', 'completed') and kept_minor < owed_minor)
      or (status in ('canceled', 'expired') and kept_minor > 0 and payment_status <> 'refunded')
      or has_delivery_trouble) stored
  )`;

const orderIndexes = `
  create index order_by_time on orders."order" (placed_at desc, id desc);
  create index order_by_status on orders."order" (status, placed_at desc, id desc);
  create index order_by_payment_status on orders."order" (payment_status, placed_at desc, id desc);
  create index order_by_delivery_status on orders."order" (delivery_status, placed_at desc, id desc);
  create index order_of_customer on orders."order" (customer_id, placed_at desc, id desc) where customer_id is not null;
  create index order_of_email on orders."order" (lower(email), placed_at desc, id desc);
  create index order_in_trouble on orders."order" (placed_at desc, id desc)
    where needs_attention or payment_unknown_since is not null;
  create index order_unpaid on orders."order" (expires_at) where status = 'pending'`;

const partTables = `
  create table orders.line (
    id uuid primary key,
    order_id uuid not null references orders."order" (id),
    position int not null,
    sku text not null,
    name text not null,
    unit_price_minor bigint not null check (unit_price_minor >= 0),
    subtotal_minor bigint not null check (subtotal_minor = unit_price_minor * quantity),
    discount_minor bigint not null check (discount_minor between 0 and subtotal_minor),
    tax_minor bigint not null check (tax_minor >= 0),
    total_minor bigint not null check (total_minor >= 0),
    quantity int not null check (quantity > 0),
    canceled int not null check (canceled >= 0),
    shipped int not null check (shipped >= 0),
    delivered int not null check (delivered between 0 and shipped),
    returned int not null check (returned between 0 and shipped),
    constraint line_position unique (order_id, position),
    constraint line_units check (canceled + shipped <= quantity)
  );

  create table orders.timeline (
    order_id uuid not null references orders."order" (id),
    version int not null check (version > 0),
    type text not null,
    status text not null,
    payment_status text not null,
    delivery_status text not null,
    reason text,
    lines jsonb,
    actor text not null,
    at timestamptz not null default now(),
    primary key (order_id, version)
  )`;
