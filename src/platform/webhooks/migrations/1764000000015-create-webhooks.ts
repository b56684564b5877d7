import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWebhooks1764000000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema webhooks;

      create table webhooks.endpoint (
        id uuid primary key,
        url text not null,
        description text,
        types text[],
        status text not null check (status in ('enabled', 'disabled')),
        disabled_reason text check (disabled_reason in ('gone', 'staff')),
        version int not null check (version > 0),
        created_at timestamptz not null,
        changed_at timestamptz not null,
        deleted_at timestamptz,
        check ((status = 'disabled') = (disabled_reason is not null))
      );

      create table webhooks.endpoint_secret (
        id uuid primary key,
        endpoint_id uuid not null references webhooks.endpoint on delete cascade,
        sealed bytea not null,
        key_id text not null,
        created_at timestamptz not null default now(),
        retires_at timestamptz
      );
      create index endpoint_secret_of_endpoint on webhooks.endpoint_secret (endpoint_id);

      create table webhooks.delivery (
        id uuid primary key,
        position bigint not null generated always as identity,
        endpoint_id uuid not null references webhooks.endpoint,
        event_id uuid not null,
        type text not null,
        key text not null,
        body text not null,
        status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'skipped')),
        tries int not null default 0,
        attempts int not null default 0,
        next_try_at timestamptz default now(),
        created_at timestamptz not null default now(),
        finished_at timestamptz,
        constraint one_delivery_per_event unique (endpoint_id, event_id),
        check ((status = 'pending') = (next_try_at is not null)),
        check ((status = 'pending') = (finished_at is null))
      );
      create index delivery_pending on webhooks.delivery (endpoint_id, key, position) where status = 'pending';
      create index delivery_by_position on webhooks.delivery (endpoint_id, position);
      create index delivery_by_status on webhooks.delivery (endpoint_id, status, position);
      create index delivery_by_key on webhooks.delivery (endpoint_id, key, position);
      create index delivery_finished on webhooks.delivery (finished_at) where status <> 'pending';

      create table webhooks.attempt (
        delivery_id uuid not null references webhooks.delivery on delete cascade,
        number int not null check (number > 0),
        result text not null,
        status int,
        duration_ms int not null,
        attempted_at timestamptz not null default now(),
        primary key (delivery_id, number)
      );

      create table webhooks.lane (
        endpoint_id uuid not null references webhooks.endpoint on delete cascade,
        key text not null,
        due_at timestamptz,
        lease uuid,
        leased_until timestamptz,
        primary key (endpoint_id, key)
      );
      create index lane_due on webhooks.lane (endpoint_id, due_at);
      create index lane_empty on webhooks.lane (endpoint_id) where due_at is null;

      alter table idempotency.record drop constraint record_token_purpose_check,
        add constraint record_token_purpose_check check (token_purpose in ('cart', 'order', 'webhook'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop schema webhooks cascade;
      update idempotency.record set token_purpose = null, token_subject_id = null where token_purpose = 'webhook';
      alter table idempotency.record drop constraint record_token_purpose_check,
        add constraint record_token_purpose_check check (token_purpose in ('cart', 'order'));
    `);
  }
}
