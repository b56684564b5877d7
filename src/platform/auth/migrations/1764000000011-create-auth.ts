import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAuth1764000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create schema auth`);
    await runner.query(`
      create table auth.secret_token (
        hash bytea primary key check (octet_length(hash) = 32),
        purpose text not null check (purpose in ('cart', 'order')),
        subject_id text not null,
        salt bytea not null check (octet_length(salt) = 16),
        key_id text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null,
        spent_at timestamptz,
        constraint one_token_per_subject unique (purpose, subject_id)
      )`);
    await runner.query(`create index secret_token_expiry on auth.secret_token (expires_at)`);
    await runner.query(`
      create table auth.secret (
        name text primary key,
        value text not null,
        created_at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop schema auth cascade`);
  }
}
