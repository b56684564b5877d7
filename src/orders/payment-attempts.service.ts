import { Injectable, OnModuleInit } from '@nestjs/common';
import { ChargeOutcome, PaymentRequest, PaymentsService } from '../payments/index.js';
import type { Owner } from '../platform/auth/index.js';
import type { Answer } from '../platform/http/index.js';
import { Idempotency, Resume } from '../platform/idempotency/index.js';
import { OrderAnswers } from './order-answers.service.js';
import { OrderNotFound } from './orders.errors.js';
import { OrdersRepository } from './orders.repository.js';
import { attemptFor, payRecoveryPoint, readResource, resumeWith } from './payment-attempt.js';
import { SettlementService } from './settlement.service.js';

/** Further attempts to pay, and what happens after any attempt's commit: the provider's call, and its outcome. */
@Injectable()
export class PaymentAttempts implements OnModuleInit {
  constructor(
    private readonly repository: OrdersRepository,
    private readonly settlement: SettlementService,
    private readonly payments: PaymentsService,
    private readonly answers: OrderAnswers,
    private readonly idempotency: Idempotency,
  ) {}

  onModuleInit(): void {
    this.idempotency.register<ChargeOutcome>({
      name: payRecoveryPoint,
      call: (resource) => this.payments.call(readResource(resource).transactionId),
      record: (resource, outcome) => this.record(resource, outcome),
    });
  }

  /** Pays what is due. Throws where nothing is, after `expiresAt`, and while another attempt has no outcome. */
  async start(id: string, owner: Owner, request: PaymentRequest): Promise<Answer | Resume> {
    const locked = await this.repository.lock(id, owner);
    if (!locked) throw new OrderNotFound();
    const { order, now } = locked;
    // Held, because a webhook may bring the money of an earlier attempt at this very moment.
    await this.settlement.weigh(locked, await this.payments.holdBalance(id, order.owedMinor));
    order.refuseUnlessPayable(now);
    const opened = await this.payments.open(attemptFor(order, request));
    await this.settlement.weigh(locked);
    return opened.needsCall ? resumeWith(order, opened) : this.answers.placed(order);
  }

  /** Safe to repeat: the outcome is recorded once, and the order recomputed. */
  private async record(resource: string, outcome: ChargeOutcome): Promise<Answer> {
    const { orderId, transactionId } = readResource(resource);
    const locked = await this.repository.lock(orderId);
    if (!locked) throw new OrderNotFound();
    const payment = await this.payments.record(transactionId, outcome);
    await this.settlement.weigh(locked);
    return this.answers.paid(locked.order, payment);
  }
}
