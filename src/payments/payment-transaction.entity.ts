import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { isUndecided, type TransactionKind, type TransactionState } from './payment-status.js';

/** Who started it: the shopper's purchase, a person's command, `keepOnly`, or the provider by itself. */
export type TransactionOrigin = 'purchase' | 'command' | 'keep_only' | 'provider';

/** One movement of money with a provider; its id is the provider's idempotency key. The lease's columns are the leases' alone. */
@Entity({ schema: 'payments', name: 'payment_transaction' })
export class PaymentTransaction {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'payment_id' }) paymentId: string;
  @Column('text') provider: string;
  @Column('text') kind: TransactionKind;
  @Column('text') origin: TransactionOrigin;
  @Column('text') state: TransactionState;
  /** Every state it has had, in order; the invariant on legal histories reads it. */
  @Column('text', { array: true }) path: TransactionState[];
  /** What counts, in minor units: the provider's figure once it has spoken. */
  @Column('bigint', { name: 'amount_minor' }) amountMinor: number;
  @Column('text', { name: 'provider_ref', nullable: true }) providerRef: string | null;
  @Column('text', { name: 'client_reference', nullable: true }) clientReference: string | null;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('text', { name: 'action_url', nullable: true }) actionUrl: string | null;
  /** The provider's own time of the newest fact; older facts that come later change nothing. */
  @Column('timestamptz', { name: 'told_at', nullable: true }) toldAt: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt: Date | null;

  static start(
    of: Pick<PaymentTransaction, 'paymentId' | 'provider' | 'kind' | 'origin' | 'amountMinor'> & {
      clientReference?: string;
    },
    now: Date,
    state: TransactionState = 'pending',
  ): PaymentTransaction {
    const unheard = { providerRef: null, reason: null, actionUrl: null, toldAt: null };
    return Object.assign(new PaymentTransaction(), unheard, of, {
      id: uuidv7(),
      state,
      path: [state],
      clientReference: of.clientReference ?? null,
      createdAt: now,
      decidedAt: isUndecided(state) ? null : now,
    });
  }

  get isUndecided(): boolean {
    return isUndecided(this.state);
  }

  moveTo(state: TransactionState, now: Date): void {
    this.state = state;
    this.path = [...this.path, state];
    this.decidedAt = this.isUndecided ? null : now;
  }
}
