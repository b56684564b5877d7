import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Letters of their own id, with what came where it could not be read. The inbox keeps the place of an event that was
 * set aside, so that one row decides between effect and letter, whoever comes at the same time.
 */
export class LettersOfBrokers1764000000013 implements MigrationInterface {
  name = 'LettersOfBrokers1764000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table events.inbox add column is_set_aside boolean not null default false;

      alter table events.dead_letter drop constraint dead_letter_pkey;
      alter table events.dead_letter
        add column id uuid not null default gen_random_uuid(),
        add column headers jsonb,
        add column body bytea check (octet_length(body) <= 65536),
        add column is_truncated boolean not null default false,
        add column source_topic text,
        add column source_partition int,
        add column source_offset bigint,
        add column redrive_requested_at timestamptz,
        alter column event_id drop not null,
        alter column type drop not null,
        alter column aggregatetype drop not null,
        alter column aggregateid drop not null,
        alter column key drop not null,
        alter column sequence drop not null,
        alter column topic drop not null,
        alter column payload drop not null,
        alter column occurred_at drop not null,
        add primary key (id),
        add constraint one_letter_per_event unique (consumer, event_id),
        add constraint event_or_message check (event_id is not null or source_offset is not null);
      create unique index one_letter_per_message on events.dead_letter (consumer, source_topic, source_partition, source_offset)
        where event_id is null;
      create index dead_letter_to_redrive on events.dead_letter (redrive_requested_at) where redrive_requested_at is not null;

      insert into events.inbox (consumer, event_id, handled_at, is_set_aside)
        select consumer, event_id::text, died_at, true from events.dead_letter on conflict do nothing;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from events.dead_letter where event_id is null;
      drop index events.one_letter_per_message, events.dead_letter_to_redrive;
      alter table events.dead_letter
        drop constraint event_or_message,
        drop constraint one_letter_per_event,
        drop column id,
        drop column headers,
        drop column body,
        drop column is_truncated,
        drop column source_topic,
        drop column source_partition,
        drop column source_offset,
        drop column redrive_requested_at,
        alter column event_id set not null,
        alter column type set not null,
        alter column aggregatetype set not null,
        alter column aggregateid set not null,
        alter column key set not null,
        alter column sequence set not null,
        alter column topic set not null,
        alter column payload set not null,
        alter column occurred_at set not null,
        add primary key (consumer, event_id);
      delete from events.inbox where is_set_aside;
      alter table events.inbox drop column is_set_aside;
    `);
  }
}
