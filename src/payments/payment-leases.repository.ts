import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Database } from '../platform/database/database.js';
import type { TransactionKind, TransactionState } from './payment-status.js';

/** A transaction whose provider may be called, by the holder of its lease alone. */
export interface Errand {
  transactionId: string;
  paymentId: string;
  orderId: string;
  provider: string;
  kind: TransactionKind;
  state: TransactionState;
  amountMinor: number;
  currency: string;
  providerRef: string | null;
  instrument: string | null;
  returnUrl: string | null;
  /** Whether nobody has called before. */
  isFirst: boolean;
  /** Whether the provider may have forgotten the key by now. */
  isTooLateToSend: boolean;
  /** Whether the payment is its order's live attempt. */
  isLive: boolean;
  /** Whether somebody has said how much of the order's money to keep. */
  isCapped: boolean;
}

/** Providers keep keys for 24 hours; an hour is left for clocks and slow networks. */
const resendHours = 23;
const secondsBetweenTries = { unknown: 10, acknowledged: 900 };

/** Who may call a provider for a transaction, and when next. */
@Injectable()
export class PaymentLeasesRepository {
  private readonly owner = uuidv7();

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Takes the lease in one statement; undefined while another holds it or where the outcome is known. */
  take(transactionId: string): Promise<Errand | undefined> {
    return this.database.row<Errand>(
      `update payments.payment_transaction t
       set leased_until = now() + make_interval(secs => $2), lease_owner = $3, next_try_at = now() + make_interval(secs => $2),
         attempts = attempts + 1, sent_at = coalesce(sent_at, now())
       from payments.payment p
       where t.id = $1 and p.id = t.payment_id and t.state in ('pending', 'requires_action', 'unknown')
         and (t.leased_until is null or t.leased_until <= now())
       returning t.id as "transactionId", p.id as "paymentId", p.order_id as "orderId", p.provider, t.kind, t.state,
         t.amount_minor as "amountMinor", p.currency, p.live as "isLive", t.provider_ref as "providerRef", p.instrument, p.return_url as "returnUrl", t.attempts = 1 as "isFirst",
         t.sent_at < now() - make_interval(hours => $4) as "isTooLateToSend",
         exists (select 1 from payments.order_money m where m.order_id = p.order_id) as "isCapped"`,
      [transactionId, this.config.PAYMENT_LEASE_SECONDS, this.owner, resendHours],
    );
  }

  /** Gives the lease back and sets the next try, further away each time. */
  async postpone(transactionId: string): Promise<void> {
    await this.database.rows(
      `update payments.payment_transaction
       set leased_until = null, lease_owner = null,
         next_try_at = now() + make_interval(secs => least($3 * 2 ^ least(attempts, 20) / 1000.0 * (0.5 + random() / 2),
           case when state = 'unknown' then $4::float8 else $5::float8 end))
       where id = $1 and lease_owner = $2 and state in ('pending', 'requires_action', 'unknown')`,
      [
        transactionId,
        this.owner,
        this.config.SETTLE_INTERVAL_MS,
        secondsBetweenTries.unknown,
        secondsBetweenTries.acknowledged,
      ],
    );
  }

  /** Ends the tries: what the provider did must be found out by somebody. */
  async markForPerson(transactionId: string): Promise<void> {
    await this.database.rows(
      `update payments.payment_transaction set needs_person = true, next_try_at = null, leased_until = null, lease_owner = null where id = $1`,
      [transactionId],
    );
  }

  async due(limit: number): Promise<string[]> {
    const rows = await this.database.rows<{ id: string }>(
      `select id from payments.payment_transaction
       where state in ('pending', 'requires_action', 'unknown') and next_try_at <= now() and (leased_until is null or leased_until <= now())
       order by next_try_at limit $1`,
      [limit],
    );
    return rows.map((row) => row.id);
  }

  /** Takes the payments whose books are to be compared with the provider's again, each time after six times as long, for nine days. */
  dueForReconciliation(limit: number): Promise<{ id: string; provider: string }[]> {
    return this.database.rows(
      `update payments.payment
       set reconcile_step = reconcile_step + 1,
         reconcile_at = case when reconcile_step < 4 then now() + make_interval(secs => $2 * 6 ^ (reconcile_step + 1)) end
       where id in (select id from payments.payment where reconcile_at <= now() order by reconcile_at limit $1 for no key update skip locked)
       returning id, provider`,
      [limit, this.config.PAYMENT_RECONCILE_SECONDS],
    );
  }
}
