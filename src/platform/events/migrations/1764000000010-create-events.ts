import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEvents1764000000010 implements MigrationInterface {
  name = 'CreateEvents1764000000010';

  /** Column names of the outbox's first five are Debezium's, so that its router can stand in for our relay. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema events;
      create sequence events.outbox_position;

      create table events.outbox (
        id uuid not null,
        aggregatetype text not null,
        aggregateid text not null,
        type text not null,
        payload jsonb not null,
        position bigint not null,
        key text not null,
        sequence int not null check (sequence > 0),
        topic text not null,
        occurred_at timestamptz(3) not null default now(),
        published_at timestamptz,
        traceparent text,
        headers jsonb,
        primary key (occurred_at, id)
      ) partition by range (occurred_at);
      create index outbox_unpublished on events.outbox (position) where published_at is null;
      create index outbox_of_aggregate on events.outbox (aggregatetype, aggregateid, sequence);
      create table events.outbox_default partition of events.outbox default;

      create table events.inbox (
        consumer text not null,
        event_id text not null,
        handled_at timestamptz not null default now(),
        primary key (consumer, event_id)
      );
      create index inbox_by_age on events.inbox (handled_at);

      create table events.due (
        consumer text not null,
        position bigint not null,
        event_id uuid not null,
        occurred_at timestamptz(3) not null,
        tries int not null default 0,
        primary key (consumer, position)
      );

      create table events.dead_letter (
        consumer text not null,
        event_id uuid not null,
        type text not null,
        aggregatetype text not null,
        aggregateid text not null,
        key text not null,
        sequence int not null,
        topic text not null,
        payload jsonb not null,
        occurred_at timestamptz(3) not null,
        traceparent text,
        reason text not null,
        error text not null,
        tries int not null check (tries > 0),
        source jsonb,
        died_at timestamptz not null default now(),
        primary key (consumer, event_id)
      );
      create index dead_letter_by_age on events.dead_letter (died_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema events cascade');
  }
}
