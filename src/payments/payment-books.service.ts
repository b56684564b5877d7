import { Inject, Injectable } from '@nestjs/common';
import { Transaction } from '../platform/database/transaction.js';
import { Outbox } from '../platform/events/outbox.js';
import { Workers } from '../platform/workers/workers.js';
import { Payment } from './payment.entity.js';
import type { PaymentTransaction, TransactionOrigin } from './payment-transaction.entity.js';
import { PaymentProviderUnavailable } from './payments.errors.js';
import { PaymentsRepository } from './payments.repository.js';
import { PROVIDERS, type Providers } from './providers/index.js';
import type { PaymentProvider } from './providers/provider.js';

export const settleWorker = 'payments.settle';
export const keepOnlyWorker = 'payments.keep-only';

export interface NewTransaction {
  kind: 'capture' | 'void' | 'refund';
  amountMinor: number;
  origin: TransactionOrigin;
  clientReference?: string;
}

/** A local provider answers at once, so nothing ever cuts it off. */
const neverEnds = new AbortController().signal;

/** Writes payments down: rows, events and whoever must be woken, in the caller's transaction. */
@Injectable()
export class PaymentBooks {
  constructor(
    private readonly repository: PaymentsRepository,
    private readonly outbox: Outbox,
    private readonly workers: Workers,
    private readonly transaction: Transaction,
    @Inject(PROVIDERS) private readonly providers: Providers,
  ) {}

  /** Throws PaymentProviderUnavailable where this process does not reach it. */
  provider(name: string): PaymentProvider {
    const provider = this.providers.get(name);
    if (!provider) throw new PaymentProviderUnavailable(name);
    return provider;
  }

  async save(payment: Payment): Promise<void> {
    if (payment.touched.size === 0) return;
    await this.repository.save(payment, this.provider(payment.provider).isRemote);
    for (const { type, snapshot } of payment.news) {
      this.outbox.add({
        type,
        aggregateId: payment.id,
        sequence: snapshot.version,
        key: payment.orderId,
        payload: snapshot,
      });
    }
    payment.news.length = 0;
    payment.touched.clear();
  }

  /** Asks a provider without a network for the authorization; answers whether a call is still due. */
  async authorize(payment: Payment, now: Date): Promise<boolean> {
    const provider = this.provider(payment.provider);
    if (provider.isRemote) return true;
    const { id } = payment.authorization;
    payment.record(id, await provider.pay({ ...payment.requestOf(id), signal: neverEnds }), now);
    return false;
  }

  /** Puts a transaction on its way; with a provider without a network it has its outcome when this returns. */
  async start(
    payment: Payment,
    { kind, amountMinor, origin, clientReference }: NewTransaction,
    now: Date,
  ): Promise<PaymentTransaction> {
    const provider = this.provider(payment.provider);
    const transaction = payment.start(kind, amountMinor, origin, now, clientReference);
    if (!provider.isRemote) {
      const outcome = await provider[kind]({ ...payment.requestOf(transaction.id), signal: neverEnds });
      payment.record(transaction.id, outcome, now);
    } else if (origin === 'keep_only') {
      this.transaction.afterCommit(() => this.workers.wake(settleWorker));
    }
    return transaction;
  }
}
