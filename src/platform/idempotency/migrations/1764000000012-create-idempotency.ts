import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdempotency1764000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema idempotency`);
    await runner.query(`
      create table idempotency.record (
        principal_id text not null,
        key text not null,
        fingerprint bytea not null check (octet_length(fingerprint) = 32),
        state text not null default 'in_progress' check (state in ('in_progress', 'done', 'unknown')),
        fence bigint not null default 1,
        owner integer not null,
        locked_until timestamptz not null,
        recovery_point text,
        resource text,
        path text,
        trace_id text not null,
        status integer,
        headers jsonb,
        body text check (octet_length(body) <= 1048576),
        token_purpose text check (token_purpose in ('cart', 'order')),
        token_subject_id text,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        gave_up_at timestamptz,
        primary key (principal_id, key),
        check (state = 'in_progress' or (status is not null and headers is not null)),
        check ((token_purpose is null) = (token_subject_id is null))
      )`);
    await runner.query(
      `create index record_in_progress on idempotency.record (locked_until) where state = 'in_progress'`,
    );
    await runner.query(
      `create index record_expiry on idempotency.record (expires_at) where state <> 'in_progress'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema idempotency cascade`);
  }
}
