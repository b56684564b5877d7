import { Inject, Injectable } from '@nestjs/common';
import type { Owner } from '../platform/auth/principal.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import { violatedConstraint } from '../platform/database/database-errors.js';
import { Database } from '../platform/database/database.js';
import { Payment } from './payment.entity.js';
import { PaymentTransaction } from './payment-transaction.entity.js';
import { PaymentInProgress } from './payments.errors.js';

interface Scope {
  condition: string;
  parameters: Record<string, unknown>;
}

/** Payments with their transactions. Locks are taken by payment id, and before order_money. */
@Injectable()
export class PaymentsRepository {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  now(): Promise<Date> {
    return this.database.now();
  }

  async lock(id: string): Promise<Payment | undefined> {
    return (await this.lockAll({ condition: 'payment.id = :id', parameters: { id } }))[0];
  }

  async lockByTransaction(transactionId: string): Promise<Payment | undefined> {
    const condition =
      'payment.id = (select t.payment_id from payments.payment_transaction t where t.id = :transactionId)';
    return (await this.lockAll({ condition, parameters: { transactionId } }))[0];
  }

  lockOfOrder(orderId: string): Promise<Payment[]> {
    return this.lockAll({ condition: 'payment.order_id = :orderId', parameters: { orderId } });
  }

  /** Every payment of the order that this payment belongs to; none where there is no such payment. */
  lockSiblings(paymentId: string): Promise<Payment[]> {
    const condition =
      'payment.order_id = (select p.order_id from payments.payment p where p.id = :paymentId)';
    return this.lockAll({ condition, parameters: { paymentId } });
  }

  async lockLive(orderId: string): Promise<Payment | undefined> {
    const scope = { condition: 'payment.order_id = :orderId and payment.live', parameters: { orderId } };
    return (await this.lockAll(scope))[0];
  }

  ofOrder(orderId: string): Promise<Payment[]> {
    return this.read({ condition: 'payment.order_id = :orderId', parameters: { orderId } });
  }

  async find(id: string, owner: Owner): Promise<Payment | undefined> {
    const { condition, parameters } = ownedBy(owner);
    const scope = { condition: `payment.id = :id and ${condition}`, parameters: { ...parameters, id } };
    return (await this.read(scope))[0];
  }

  /**
   * Writes the payment, the transactions it touched, and the news to whoever keeps the order's money down.
   * Throws PaymentInProgress where another attempt of the order is live.
   */
  async save(payment: Payment, isRemote: boolean): Promise<void> {
    const {
      id,
      orderId,
      customerId,
      provider,
      instrument,
      returnUrl,
      currency,
      amountMinor,
      isLive,
      status,
      version,
      createdAt,
    } = payment;
    const transactions = [...payment.touched].map((each) => ({
      ...each,
      isDueNow: each.origin === 'keep_only',
    }));
    const hasNews = payment.news.length > 0;
    const timing = [
      isRemote && hasNews,
      this.config.PAYMENT_RECONCILE_SECONDS,
      this.config.PAYMENT_LEASE_SECONDS,
      hasNews,
    ];
    const row = [
      id,
      orderId,
      customerId,
      provider,
      instrument,
      returnUrl,
      currency,
      amountMinor,
      isLive,
      status,
      version,
      createdAt,
    ];
    try {
      await this.database.rows(savePayment, [...row, JSON.stringify(transactions), ...timing]);
    } catch (error) {
      if (violatedConstraint(error) === 'payment_live_per_order') throw new PaymentInProgress();
      throw error;
    }
  }

  /** In one statement, or a payment could be seen before a transaction of it was recorded and its transactions after. */
  private read({ condition, parameters }: Scope): Promise<Payment[]> {
    return this.database.manager
      .createQueryBuilder(Payment, 'payment')
      .leftJoinAndMapMany(
        'payment.transactions',
        PaymentTransaction,
        'transaction',
        'transaction.paymentId = payment.id',
      )
      .where(condition, parameters)
      .orderBy('payment.id')
      .addOrderBy('transaction.createdAt')
      .addOrderBy('transaction.id')
      .getMany();
  }

  private async lockAll({ condition, parameters }: Scope): Promise<Payment[]> {
    const { manager } = this.database;
    const payments = await manager
      .createQueryBuilder(Payment, 'payment')
      .where(condition, parameters)
      .orderBy('payment.id')
      .setLock('for_no_key_update')
      .getMany();
    if (payments.length === 0) return [];
    // Apart from the lock's statement: after a wait for the lock only a new snapshot sees what the holder wrote.
    const transactions = await manager
      .createQueryBuilder(PaymentTransaction, 'transaction')
      .where('transaction.paymentId in (:...ids)', { ids: payments.map((payment) => payment.id) })
      .orderBy('transaction.createdAt')
      .addOrderBy('transaction.id')
      .getMany();
    for (const payment of payments)
      payment.transactions = transactions.filter((each) => each.paymentId === payment.id);
    return payments;
  }
}

const savePayment = `
  with saved as (
    insert into payments.payment as payment (id, order_id, customer_id, provider, instrument, return_url, currency, amount_minor,
      live, status, version, created_at, reconcile_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
      case when $14::boolean then now() + make_interval(secs => $15) end)
    on conflict (id) do update set live = excluded.live, status = excluded.status, version = excluded.version,
      reconcile_at = coalesce(excluded.reconcile_at, payment.reconcile_at),
      reconcile_step = case when excluded.reconcile_at is null then payment.reconcile_step else 0 end
  ), nudged as (
    update payments.order_money
    set due_at = now() + case when tries = 0 then interval '0' else make_interval(secs => least(2 ^ tries, 600)) end
    where order_id = $2 and $17::boolean and not needs_person
  )
  insert into payments.payment_transaction (id, payment_id, provider, kind, origin, state, path, amount_minor, provider_ref,
    client_reference, reason, action_url, told_at, created_at, decided_at, next_try_at)
  select id, "paymentId", provider, kind, origin, state, path, "amountMinor", "providerRef", "clientReference", reason, "actionUrl",
    "toldAt", "createdAt", "decidedAt", case when "isDueNow" then now() else now() + make_interval(secs => $16) end
  from jsonb_to_recordset($13::jsonb) as row (id uuid, "paymentId" uuid, provider text, kind text, origin text, state text, path text[],
    "amountMinor" bigint, "providerRef" text, "clientReference" text, reason text, "actionUrl" text, "toldAt" timestamptz,
    "createdAt" timestamptz, "decidedAt" timestamptz, "isDueNow" boolean)
  on conflict (id) do update set state = excluded.state, path = excluded.path, amount_minor = excluded.amount_minor,
    provider_ref = excluded.provider_ref, reason = excluded.reason, action_url = excluded.action_url, told_at = excluded.told_at,
    decided_at = excluded.decided_at`;

function ownedBy(owner: Owner): Scope {
  switch (owner.kind) {
    case 'any':
      return { condition: 'true', parameters: {} };
    case 'guest':
      return {
        condition: 'payment.order_id = :ownOrderId',
        parameters: { ownOrderId: owner.orderId ?? null },
      };
    case 'customer':
      return { condition: 'payment.customer_id = :customerId', parameters: { customerId: owner.customerId } };
  }
}
