import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDeliveries1764000000060 implements MigrationInterface {
  name = 'CreateDeliveries1764000000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema deliveries;

      create table deliveries.delivery (
        id uuid primary key,
        order_id uuid not null,
        customer_id text,
        version int not null check (version > 0),
        status text not null,
        address jsonb not null,
        carrier text,
        tracking_number text,
        estimated_from timestamptz,
        estimated_to timestamptz,
        opened_at timestamptz not null,
        packed_at timestamptz,
        shipped_at timestamptz,
        ended_at timestamptz,
        constraint delivery_window check (estimated_from <= estimated_to)
      );
      create index delivery_of_order on deliveries.delivery (order_id, id);
      create index delivery_by_status on deliveries.delivery (status, id);
      create index delivery_of_customer on deliveries.delivery (customer_id, id) where customer_id is not null;
      create unique index delivery_tracking_number on deliveries.delivery (carrier, tracking_number);

      create table deliveries.line (
        delivery_id uuid not null references deliveries.delivery (id),
        order_line_id uuid not null,
        sku text not null,
        name text not null,
        quantity int not null check (quantity > 0),
        primary key (delivery_id, order_line_id)
      );

      create table deliveries.tracking_event (
        id uuid primary key,
        delivery_id uuid not null references deliveries.delivery (id),
        carrier text not null,
        event_id text not null,
        status text not null,
        raw_status text not null,
        description text,
        place text,
        has_moved boolean not null,
        scanned_at timestamptz not null,
        recorded_at timestamptz not null default now(),
        constraint tracking_event_once unique (carrier, event_id)
      );
      create index tracking_event_of_delivery on deliveries.tracking_event (delivery_id, scanned_at);

      create table deliveries.estimate (
        delivery_id uuid not null references deliveries.delivery (id),
        version int not null,
        estimated_from timestamptz not null,
        estimated_to timestamptz not null,
        revised_at timestamptz not null,
        primary key (delivery_id, version)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema deliveries cascade');
  }
}
