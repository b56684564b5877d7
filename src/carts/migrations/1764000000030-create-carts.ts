import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCarts1764000000030 implements MigrationInterface {
  name = 'CreateCarts1764000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema carts;

      create table carts.cart (
        id uuid primary key,
        version int not null check (version > 0),
        status text not null,
        currency text not null,
        customer_id text,
        email text,
        shipping_address jsonb,
        billing_address jsonb,
        note text,
        order_id uuid,
        merged_into uuid references carts.cart (id),
        line_count int not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        active_at timestamptz not null,
        constraint cart_status check (status in ('open', 'abandoned', 'ordered', 'merged', 'expired')),
        constraint cart_currency check (currency ~ '^[A-Z]{3}$'),
        constraint cart_line_count check (line_count between 0 and 2000),
        constraint cart_ordered check ((order_id is not null) = (status = 'ordered')),
        constraint cart_merged check ((merged_into is not null) = (status = 'merged') and merged_into <> id)
      );
      create index cart_by_update on carts.cart (updated_at, id);
      create index cart_by_status on carts.cart (status, updated_at, id);
      create index cart_of_customer on carts.cart (customer_id, updated_at, id) where customer_id is not null;
      create index cart_resting_open on carts.cart (active_at) where status = 'open';
      create index cart_resting on carts.cart (active_at) where status in ('open', 'abandoned');

      create table carts.line (
        line_id uuid not null,
        cart_id uuid not null references carts.cart (id),
        sku text not null,
        quantity int not null,
        unit_price_minor bigint not null,
        added_at timestamptz not null,
        primary key (cart_id, line_id),
        constraint line_once unique (cart_id, sku),
        constraint line_quantity check (quantity between 1 and 100000),
        constraint line_unit_price check (unit_price_minor >= 0)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema carts cascade');
  }
}
