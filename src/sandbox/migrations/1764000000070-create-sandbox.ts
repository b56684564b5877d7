import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSandbox1764000000070 implements MigrationInterface {
  name = 'CreateSandbox1764000000070';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema sandbox;

      create table sandbox.webhook (
        position bigint generated always as identity primary key,
        event_id uuid not null,
        path text not null,
        body text not null,
        due_at timestamptz not null,
        lost boolean not null,
        tries int not null default 0,
        taken_at timestamptz
      );
      create index webhook_due on sandbox.webhook (due_at, position) where taken_at is null and not lost;

      create table sandbox.psp_control (
        only_row boolean primary key default true check (only_row),
        settings jsonb not null
      );

      create table sandbox.psp_key (
        key text primary key,
        fingerprint text not null,
        arrivals int not null,
        done boolean not null default false
      );

      create table sandbox.psp_payment (
        reference text primary key,
        currency text,
        instrument text,
        return_url text,
        closed boolean not null default false,
        created_at timestamptz not null default now()
      );

      create table sandbox.psp_transaction (
        position bigint generated always as identity primary key,
        ref text not null unique,
        reference text not null references sandbox.psp_payment (reference),
        kind text not null,
        state text not null,
        amount_minor bigint not null check (amount_minor >= 0),
        client_reference text unique,
        reason text,
        settle_at timestamptz,
        updated_at timestamptz not null default clock_timestamp()
      );
      create index psp_transaction_of_payment on sandbox.psp_transaction (reference, position);
      create unique index psp_one_authorization on sandbox.psp_transaction (reference) where kind = 'authorization';
      create index psp_transaction_to_settle on sandbox.psp_transaction (settle_at) where state = 'pending';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema sandbox cascade');
  }
}
