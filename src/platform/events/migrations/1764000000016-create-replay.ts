import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateReplay1764000000016 implements MigrationInterface {
  name = 'CreateReplay1764000000016';

  /** The index is partial so that it is the relay's mark that pays for it, and not the transaction that adds the event. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index outbox_published on events.outbox (position) where published_at is not null;

      create table events.replay (
        id uuid primary key,
        occurred_from timestamptz,
        occurred_to timestamptz,
        type text,
        key text,
        started_at timestamptz not null default now(),
        position bigint not null,
        last_position bigint not null,
        total bigint not null check (total >= 0),
        published bigint not null default 0,
        finished_at timestamptz
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table events.replay; drop index events.outbox_published');
  }
}
