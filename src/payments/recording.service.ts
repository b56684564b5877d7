import { Injectable, Logger } from '@nestjs/common';
import { Pool, Transaction } from '../platform/database/transaction.js';
import { defineCounter } from '../platform/metrics/index.js';
import type { ChargeOutcome } from './charging.service.js';
import { PaymentBooks } from './payment-books.service.js';
import { Payment } from './payment.entity.js';
import { PaymentLeasesRepository } from './payment-leases.repository.js';
import { PaymentNotFound } from './payments.errors.js';
import { PaymentsRepository } from './payments.repository.js';
import type { ProviderFact } from './providers/provider.js';

const forPeople = defineCounter(
  'payments_needing_person_total',
  'payment transactions whose outcome a person must find out',
  ['provider'],
);

/** Writes down what providers said, whoever heard it; the same outcome twice changes nothing and tells nobody. */
@Injectable()
export class RecordingService {
  private readonly logger = new Logger(RecordingService.name);

  constructor(
    private readonly transaction: Transaction,
    private readonly repository: PaymentsRepository,
    private readonly leases: PaymentLeasesRepository,
    private readonly books: PaymentBooks,
  ) {}

  /** Joins the caller's transaction, or takes one from `pool`. */
  record(transactionId: string, outcome: ChargeOutcome, pool: Pool = 'main'): Promise<Payment> {
    return this.transaction.run(async () => {
      const payment = await this.repository.lockByTransaction(transactionId);
      if (!payment) throw new PaymentNotFound();
      if (outcome.follow === 'nothing') return payment;
      const now = await this.repository.now();
      payment.record(transactionId, outcome, now);
      const isOpen = payment.transaction(transactionId).isUndecided;
      if (isOpen && outcome.follow === 'void' && !payment.sums.isVoiding) {
        await this.books.start(
          payment,
          { kind: 'void', amountMinor: payment.sums.openMinor, origin: 'keep_only' },
          now,
        );
      }
      await this.books.save(payment);
      if (isOpen) await this.planNextTry(payment, transactionId, outcome);
      return payment;
    }, pool);
  }

  /** Facts that a webhook or a comparison of the books brought. */
  learn(
    of: { paymentId: string; provider: string },
    facts: ProviderFact[],
    pool: Pool = 'main',
  ): Promise<void> {
    return this.transaction.run(async () => {
      const payment = await this.repository.lock(of.paymentId);
      if (!payment || payment.provider !== of.provider) throw new PaymentNotFound();
      const now = await this.repository.now();
      for (const fact of facts) payment.learn(fact, now);
      await this.books.save(payment);
    }, pool);
  }

  private async planNextTry(
    payment: Payment,
    transactionId: string,
    { follow, reason }: ChargeOutcome,
  ): Promise<void> {
    if (follow !== 'person') return this.leases.postpone(transactionId);
    await this.leases.markForPerson(transactionId);
    forPeople.inc({ provider: payment.provider });
    this.logger.error(
      { transactionId, reason },
      'a payment transaction is too old to be asked for again: a person must look',
    );
  }
}
