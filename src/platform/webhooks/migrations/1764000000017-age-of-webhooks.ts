import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is there already is as old as this migration: when it was last told to be sent again is not known. */
export class AgeOfWebhooks1764000000017 implements MigrationInterface {
  name = 'AgeOfWebhooks1764000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table webhooks.delivery add column pending_since timestamptz not null default now();
      create index delivery_by_age on webhooks.delivery (endpoint_id, pending_since) where status = 'pending';

      alter table webhooks.endpoint
        add column enabled_at timestamptz not null default now(),
        add column failing_since timestamptz,
        drop constraint endpoint_disabled_reason_check,
        add constraint endpoint_disabled_reason_check check (disabled_reason in ('gone', 'failing', 'staff'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      update webhooks.endpoint set disabled_reason = 'gone' where disabled_reason = 'failing';
      alter table webhooks.endpoint
        drop column enabled_at,
        drop column failing_since,
        drop constraint endpoint_disabled_reason_check,
        add constraint endpoint_disabled_reason_check check (disabled_reason in ('gone', 'staff'));
      drop index webhooks.delivery_by_age;
      alter table webhooks.delivery drop column pending_since;
    `);
  }
}
