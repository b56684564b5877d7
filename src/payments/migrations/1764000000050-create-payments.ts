import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePayments1764000000050 implements MigrationInterface {
  name = 'CreatePayments1764000000050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema payments;

      create table payments.payment (
        id uuid primary key,
        order_id uuid not null,
        customer_id text,
        provider text not null,
        instrument text,
        return_url text,
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        amount_minor bigint not null check (amount_minor > 0),
        live boolean not null,
        status text not null,
        version int not null check (version > 0),
        created_at timestamptz not null,
        reconcile_at timestamptz,
        reconcile_step int not null default 0
      );
      create unique index payment_live_per_order on payments.payment (order_id) where live;
      create index payment_of_order on payments.payment (order_id, id);
      create index payment_to_reconcile on payments.payment (reconcile_at) where reconcile_at is not null;

      create table payments.payment_transaction (
        id uuid primary key,
        payment_id uuid not null references payments.payment (id),
        provider text not null,
        kind text not null check (kind in ('authorization', 'capture', 'void', 'refund', 'chargeback', 'chargeback_reversal')),
        origin text not null check (origin in ('purchase', 'command', 'keep_only', 'provider')),
        state text not null check (state in ('pending', 'requires_action', 'succeeded', 'failed', 'unknown')),
        path text[] not null,
        amount_minor bigint not null check (amount_minor >= 0),
        provider_ref text,
        client_reference text,
        reason text,
        action_url text,
        told_at timestamptz,
        created_at timestamptz not null,
        decided_at timestamptz,
        sent_at timestamptz,
        attempts int not null default 0,
        next_try_at timestamptz,
        leased_until timestamptz,
        lease_owner uuid,
        needs_person boolean not null default false,
        constraint payment_transaction_provider_ref unique (provider, provider_ref)
      );
      create index payment_transaction_of_payment on payments.payment_transaction (payment_id, created_at, id);
      create unique index payment_authorization on payments.payment_transaction (payment_id) where kind = 'authorization';
      create unique index payment_refund_reference on payments.payment_transaction (payment_id, client_reference) where kind = 'refund';
      create index payment_transaction_to_settle on payments.payment_transaction (next_try_at)
        where state in ('pending', 'requires_action', 'unknown');

      create table payments.order_money (
        order_id uuid primary key,
        keep_minor bigint not null check (keep_minor >= 0),
        due_at timestamptz,
        tries int not null default 0,
        needs_person boolean not null default false
      );
      create index order_money_due on payments.order_money (due_at) where due_at is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema payments cascade');
  }
}
