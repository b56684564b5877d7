import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the partition of one UTC day; answers whether it was missing. Attached rather than created in place, since that
 * does not wait for writers, and emptied into from the default partition, where events wait that came before their day was made.
 */
const openDay = `
  create function events.open_day(day date) returns boolean language plpgsql as $$
  declare
    part text := 'outbox_' || to_char(day, 'YYYYMMDD');
    opens timestamptz := day::timestamp at time zone 'UTC';
    closes timestamptz := (day + 1)::timestamp at time zone 'UTC';
  begin
    if to_regclass('events.' || part) is not null then return false; end if;
    execute format('create table events.%I (like events.outbox including all)', part);
    lock table events.outbox_default in access exclusive mode;
    execute format(
      'with moved as (delete from events.outbox_default where occurred_at >= %L and occurred_at < %L returning *)
       insert into events.%I select * from moved', opens, closes, part);
    execute format('alter table events.outbox attach partition events.%I for values from (%L) to (%L)', part, opens, closes);
    return true;
  end $$;`;

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
      ${openDay}
      select events.open_day((now() at time zone 'UTC')::date + ahead) from generate_series(0, 7) as ahead;

      create table events.dropped_day (
        name text primary key,
        dropped_at timestamptz not null default now()
      );

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
