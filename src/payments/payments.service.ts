import { Injectable } from '@nestjs/common';
import { ChargeOutcome, ChargingService } from './charging.service.js';
import { KeepOnlyService } from './keep-only.service.js';
import { type Balance, OrderMoney } from './order-money.js';
import { PaymentBooks } from './payment-books.service.js';
import { Payment, PaymentToOpen } from './payment.entity.js';
import { PaymentInProgress } from './payments.errors.js';
import { PaymentsRepository } from './payments.repository.js';
import { PaymentView, viewOf } from './payments.schemas.js';
import { RecordingService } from './recording.service.js';

export interface OpenedPayment {
  paymentId: string;
  /** The authorization's id, which is the provider's key. */
  transactionId: string;
  /** Whether `call` and `record` are due; if not, the outcome is there already. */
  needsCall: boolean;
}

/** The room's door. All but `call` run inside the caller's transaction, under the order's lock. */
@Injectable()
export class PaymentsService {
  constructor(
    private readonly repository: PaymentsRepository,
    private readonly books: PaymentBooks,
    private readonly charging: ChargingService,
    private readonly recording: RecordingService,
    private readonly keeping: KeepOnlyService,
  ) {}

  /**
   * Opens an attempt as the order's live one; one that asks the shopper for action makes way and is voided.
   * Throws PaymentInProgress while another has no outcome, PaymentProviderUnavailable where the provider is not set up.
   */
  async open(request: PaymentToOpen): Promise<OpenedPayment> {
    this.books.provider(request.provider);
    const now = await this.repository.now();
    const earlier = await this.repository.lockLive(request.orderId);
    if (earlier) await this.replace(earlier, now);
    const payment = Payment.open(request, now);
    const needsCall = await this.books.authorize(payment, now);
    await this.books.save(payment);
    return { paymentId: payment.id, transactionId: payment.authorization.id, needsCall };
  }

  /** One try at the provider, outside any transaction, of at most PAYMENT_TIMEOUT_MS; never throws for what the network does. */
  call(transactionId: string): Promise<ChargeOutcome> {
    return this.charging.call(transactionId);
  }

  /** Writes down what `call` brought. */
  async record(transactionId: string, outcome: ChargeOutcome): Promise<PaymentView> {
    return viewOf(await this.recording.record(transactionId, outcome));
  }

  /** The sums of the order's payments, and their label against what it owes; amounts in minor units. */
  async balance(orderId: string, owedMinor: number): Promise<Balance> {
    return new OrderMoney(await this.repository.ofOrder(orderId), undefined).balance(owedMinor);
  }

  /** As `balance`, with the payments held until the transaction ends: nothing is recorded between this and the next `open`. */
  async holdBalance(orderId: string, owedMinor: number): Promise<Balance> {
    return new OrderMoney(await this.repository.lockOfOrder(orderId), undefined).balance(owedMinor);
  }

  /** From now on no more than `amountMinor` of the order's money is kept, whatever comes later; a worker brings it down. */
  keepOnly(orderId: string, amountMinor: number): Promise<void> {
    return this.keeping.keepOnly(orderId, amountMinor);
  }

  /** By time. */
  async ofOrder(orderId: string): Promise<PaymentView[]> {
    return (await this.repository.ofOrder(orderId)).map(viewOf);
  }

  private async replace(earlier: Payment, now: Date): Promise<void> {
    if (earlier.authorization.state !== 'requires_action') throw new PaymentInProgress(earlier);
    earlier.supersede();
    if (!earlier.sums.isVoiding)
      await this.books.start(earlier, { kind: 'void', amountMinor: 0, origin: 'keep_only' }, now);
    await this.books.save(earlier);
  }
}
