import { Column, Entity, PrimaryColumn } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { PaymentSums } from './payment-sums.js';
import { newsOf, type PaymentNews } from './payment-news.js';
import {
  pathBetween,
  paymentStatus,
  type PaymentStatus,
  type TransactionKind,
  type TransactionState,
} from './payment-status.js';
import { PaymentTransaction, TransactionOrigin } from './payment-transaction.entity.js';
import { PaymentCurrencyMismatch } from './payments.errors.js';
import type { PaymentEventType, PaymentSnapshot } from './payments.events.js';
import type { ProviderFact, ProviderOutcome, ProviderRequest } from './providers/provider.js';

export interface PaymentToOpen {
  orderId: string;
  /** The customer whose order it is; absent for a guest, who shows the order's token. */
  owner?: { customerId?: string };
  /** In minor units of `currency`, above 0. */
  amountMinor: number;
  currency: string;
  provider: string;
  instrument?: string;
  returnUrl?: string;
}

/** One attempt with one provider. What it holds are sums over its transactions; its status is their label. */
@Entity({ schema: 'payments', name: 'payment' })
export class Payment {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'order_id' }) orderId: string;
  @Column('text', { name: 'customer_id', nullable: true }) customerId: string | null;
  @Column('text') provider: string;
  @Column('text', { nullable: true }) instrument: string | null;
  @Column('text', { name: 'return_url', nullable: true }) returnUrl: string | null;
  @Column('text') currency: string;
  /** What was asked of the provider. */
  @Column('bigint', { name: 'amount_minor' }) amountMinor: number;
  /** Whether it is the one attempt of its order that may still bring money; unique per order. */
  @Column('boolean', { name: 'live' }) isLive: boolean;
  @Column('text') status: PaymentStatus;
  @Column('int') version: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  /** By time; stored in payments.payment_transaction. */
  transactions: PaymentTransaction[];
  /** The transitions since it was loaded, one event each. */
  readonly news: PaymentNews[] = [];
  /** The transactions to be written with it. */
  readonly touched = new Set<PaymentTransaction>();

  static open(request: PaymentToOpen, now: Date): Payment {
    const { orderId, owner, amountMinor, currency, provider, instrument, returnUrl } = request;
    const payment = Object.assign(new Payment(), {
      orderId,
      amountMinor,
      currency,
      provider,
      isLive: true,
      version: 0,
      createdAt: now,
    });
    payment.id = uuidv7();
    payment.customerId = owner?.customerId ?? null;
    payment.instrument = instrument ?? null;
    payment.returnUrl = returnUrl ?? null;
    const authorization = {
      paymentId: payment.id,
      provider,
      kind: 'authorization',
      origin: 'purchase',
      amountMinor,
    } as const;
    payment.transactions = [PaymentTransaction.start(authorization, now)];
    payment.tell('payment.created', payment.authorization);
    return payment;
  }

  /** Puts a capture, void or refund on its way; the caller has judged it by the sums. */
  start(
    kind: TransactionKind,
    amountMinor: number,
    origin: TransactionOrigin,
    now: Date,
    clientReference?: string,
  ): PaymentTransaction {
    const of = { paymentId: this.id, provider: this.provider, kind, origin, amountMinor, clientReference };
    const transaction = PaymentTransaction.start(of, now);
    this.transactions.push(transaction);
    this.tell('payment.transaction_started', transaction);
    return transaction;
  }

  /** What a call for this transaction brought, whoever made it. */
  record(transactionId: string, outcome: ProviderOutcome, now: Date): void {
    const told = outcome.facts.map((fact) => this.learn(fact, now));
    const asked = this.transaction(transactionId);
    if (told.includes(asked)) return;
    this.advance(asked, outcome.result, outcome.reason, now);
  }

  /** A provider's fact is never refused; what is known already, or older than what is known, changes nothing. */
  learn(fact: ProviderFact, now: Date): PaymentTransaction {
    if (fact.currency !== this.currency) throw new PaymentCurrencyMismatch(this.currency, fact.currency);
    const known = this.find(fact);
    if (!known) return this.adopt(fact, now);
    const isFirstWord = known.providerRef === null && fact.providerRef !== undefined;
    if (isFirstWord) this.refer(known, fact.providerRef ?? null);
    if (known.toldAt && fact.occurredAt && fact.occurredAt < known.toldAt) return known;
    this.note(known, fact);
    const isOtherAmount = fact.state === 'succeeded' && known.amountMinor !== fact.amountMinor;
    if (isOtherAmount) known.amountMinor = fact.amountMinor;
    const hasMoved = this.advance(known, fact.state, fact.reason, now);
    const isAcknowledged = isFirstWord && known.state === 'pending' && known.kind === 'authorization';
    if (!hasMoved && (isOtherAmount || isAcknowledged)) this.tell(newsOf(known), known);
    return known;
  }

  /** What a provider is told of one of its transactions. */
  requestOf(transactionId: string): Pick<ProviderRequest, 'reference' | 'key' | 'amountMinor' | 'currency'> {
    return {
      reference: this.id,
      key: transactionId,
      amountMinor: this.transaction(transactionId).amountMinor,
      currency: this.currency,
    };
  }

  /** No longer the order's live attempt, so that another may be opened beside it. */
  supersede(): void {
    this.isLive = false;
  }

  transaction(id: string): PaymentTransaction {
    const transaction = this.transactions.find((each) => each.id === id);
    if (!transaction) throw new Error(`payment ${this.id} has no transaction ${id}`);
    return transaction;
  }

  get authorization(): PaymentTransaction {
    const authorization = this.transactions.find((each) => each.kind === 'authorization');
    if (!authorization) throw new Error(`payment ${this.id} has no authorization`);
    return authorization;
  }

  get hasUnknown(): boolean {
    return this.transactions.some((each) => each.state === 'unknown');
  }

  get sums(): PaymentSums {
    return new PaymentSums(this.transactions);
  }

  private find(fact: ProviderFact): PaymentTransaction | undefined {
    const sameKind = this.transactions.filter((each) => each.kind === fact.kind);
    const named = sameKind.find(
      (each) => each.id === fact.transactionId || (fact.providerRef && each.providerRef === fact.providerRef),
    );
    // A payment has one authorization, so a provider need not name it.
    return named ?? (fact.kind === 'authorization' ? sameKind[0] : undefined);
  }

  /** A transaction that the provider started, or did along with ours: a sale's capture, a chargeback. */
  private adopt(fact: ProviderFact, now: Date): PaymentTransaction {
    const { kind, amountMinor } = fact;
    const transaction = PaymentTransaction.start(
      { paymentId: this.id, provider: this.provider, kind, origin: 'provider', amountMinor },
      now,
      fact.state,
    );
    transaction.providerRef = fact.providerRef ?? null;
    transaction.reason = fact.reason ?? null;
    this.note(transaction, fact);
    this.transactions.push(transaction);
    this.tell(fact.state === 'pending' ? 'payment.transaction_started' : newsOf(transaction), transaction);
    return transaction;
  }

  private refer(transaction: PaymentTransaction, providerRef: string | null): void {
    transaction.providerRef = providerRef;
    this.touched.add(transaction);
  }

  private note(transaction: PaymentTransaction, fact: ProviderFact): void {
    transaction.toldAt = fact.occurredAt ?? transaction.toldAt;
    transaction.actionUrl = fact.actionUrl ?? transaction.actionUrl;
    this.touched.add(transaction);
  }

  private advance(
    transaction: PaymentTransaction,
    to: TransactionState,
    reason: string | undefined,
    now: Date,
  ): boolean {
    const path = pathBetween(transaction.state, to);
    for (const state of path) {
      transaction.moveTo(state, now);
      transaction.reason = reason ?? null;
      this.tell(newsOf(transaction), transaction);
    }
    return path.length > 0;
  }

  /** LAW: one transition is one version and one event. */
  private tell(type: PaymentEventType, transaction: PaymentTransaction): void {
    this.touched.add(transaction);
    if (!this.authorization.isUndecided) this.isLive = false;
    this.version += 1;
    this.status = this.label();
    this.news.push({ type, snapshot: this.snapshot(transaction) });
  }

  private snapshot({
    id: transactionId,
    kind,
    state,
    amountMinor,
    reason,
  }: PaymentTransaction): PaymentSnapshot {
    const { id: paymentId, orderId, version, provider, status, currency } = this;
    const { openMinor, capturedMinor, refundedMinor, chargedBackMinor } = this.sums;
    return {
      ...{ paymentId, orderId, version, provider, status, currency, amountMinor: this.amountMinor },
      ...{ openMinor, capturedMinor, refundedMinor, chargedBackMinor },
      transaction: { transactionId, kind, state, amountMinor, ...(reason === null ? {} : { reason }) },
    };
  }

  private label(): PaymentStatus {
    const { state, providerRef } = this.authorization;
    const { openMinor, capturedMinor, refundedMinor, chargedBackMinor } = this.sums;
    const released = this.transactions.findLast((each) => each.kind === 'void' && each.state === 'succeeded');
    const release = released && (released.reason === 'expired' ? 'expired' : 'voided');
    const authorization = { state, isAcknowledged: providerRef !== null };
    return paymentStatus({
      authorization,
      openMinor,
      capturedMinor,
      refundedMinor,
      chargedBackMinor,
      release,
    });
  }
}
