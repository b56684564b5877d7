import { Inject, Injectable } from '@nestjs/common';
import type { Grant } from '../platform/auth/permissions.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import type { Answer } from '../platform/http/answer.js';
import type { Resume } from '../platform/idempotency/index.js';
import { OrderMoneyReader } from './order-money.reader.js';
import { answerOf } from './payment-answers.js';
import { NewTransaction, PaymentBooks } from './payment-books.service.js';
import { transactionRecovery } from './payment-recovery.service.js';
import type { Payment } from './payment.entity.js';
import {
  PaymentNotFound,
  PaymentStateConflict,
  RefundAboveLimit,
  RefundReferenceUsed,
} from './payments.errors.js';
import { PaymentsRepository } from './payments.repository.js';
import type { CaptureRequest, RefundRequest } from './payments.schemas.js';

type Command = Omit<NewTransaction, 'origin'>;

/** What people have a payment do: judged by its sums under its lock, inside the caller's transaction; the provider's call follows after it. */
@Injectable()
export class PaymentCommands {
  constructor(
    private readonly repository: PaymentsRepository,
    private readonly books: PaymentBooks,
    private readonly money: OrderMoneyReader,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Takes authorized money, all that may be taken where no amount is named; in minor units. */
  async capture(paymentId: string, { amountMinor }: CaptureRequest): Promise<Answer | Resume> {
    const siblings = await this.repository.lockSiblings(paymentId);
    const payment = siblings.find((each) => each.id === paymentId);
    if (!payment) throw new PaymentNotFound();
    const availableMinor = (await this.money.over(payment.orderId, siblings)).capturableMinor(payment);
    const wantedMinor = amountMinor ?? availableMinor;
    if (wantedMinor === 0 || wantedMinor > availableMinor)
      throw new PaymentStateConflict('capture', payment.status, availableMinor);
    return this.begin(payment, { kind: 'capture', amountMinor: wantedMinor });
  }

  /** Releases all that is authorized and not captured, or ends an attempt that asks the shopper for action. */
  async void(paymentId: string): Promise<Answer | Resume> {
    const payment = await this.lock(paymentId);
    const { openMinor, capturableMinor, isVoiding } = payment.sums;
    const isWhole = openMinor > 0 && capturableMinor === openMinor;
    const isWaiting = payment.authorization.state === 'requires_action' && !isVoiding;
    if (!isWhole && !isWaiting) throw new PaymentStateConflict('void', payment.status, capturableMinor);
    return this.begin(payment, { kind: 'void', amountMinor: openMinor });
  }

  /** Gives captured money back, in part and repeatedly; each reference once per payment. */
  async refund(
    paymentId: string,
    { amountMinor, reference }: RefundRequest,
    grant: Grant,
  ): Promise<Answer | Resume> {
    const payment = await this.lock(paymentId);
    const used = payment.transactions.find(
      (each) => each.kind === 'refund' && reference !== undefined && each.clientReference === reference,
    );
    if (used && reference !== undefined) throw new RefundReferenceUsed(reference, used.id, payment.status);
    if (amountMinor > payment.sums.refundableMinor)
      throw new PaymentStateConflict('refund', payment.status, payment.sums.refundableMinor);
    if (grant.condition === 'within-limit') this.refuseAboveLimit(payment, amountMinor);
    return this.begin(payment, { kind: 'refund', amountMinor, clientReference: reference });
  }

  /** The limit is per payment: many small refunds are a big one. */
  private refuseAboveLimit(payment: Payment, amountMinor: number): void {
    const limitMinor = this.config.SUPPORT_REFUND_LIMIT_MINOR;
    const soFarMinor =
      payment.sums.capturedMinor - payment.sums.chargedBackMinor - payment.sums.refundableMinor;
    if (soFarMinor + amountMinor > limitMinor) throw new RefundAboveLimit(limitMinor);
  }

  private async begin(payment: Payment, command: Command): Promise<Answer | Resume> {
    const now = await this.repository.now();
    const transaction = await this.books.start(payment, { ...command, origin: 'command' }, now);
    await this.books.save(payment);
    if (transaction.isUndecided) return { recoveryPoint: transactionRecovery, resource: transaction.id };
    return answerOf(payment, transaction.id);
  }

  private async lock(paymentId: string): Promise<Payment> {
    const payment = await this.repository.lock(paymentId);
    if (!payment) throw new PaymentNotFound();
    return payment;
  }
}
