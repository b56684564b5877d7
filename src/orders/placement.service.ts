import { Inject, Injectable } from '@nestjs/common';
import { PaymentsService } from '../payments/index.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import type { Answer, Money } from '../platform/http/index.js';
import type { Resume } from '../platform/idempotency/index.js';
import { OrderAnswers } from './order-answers.service.js';
import type { OrderToPlace, PaymentTerms } from './order-facts.js';
import { Order } from './order.entity.js';
import { TotalChanged } from './orders.errors.js';
import { OrderJournal } from './orders.journal.js';
import { OrdersRepository } from './orders.repository.js';
import type { CheckoutRequest } from './orders.schemas.js';
import { attemptFor, resumeWith } from './payment-attempt.js';
import { Warehouse } from './warehouse.js';

/** Brings an order into the world, inside the transaction that holds the idempotency key. */
@Injectable()
export class PlacementService {
  constructor(
    private readonly repository: OrdersRepository,
    private readonly journal: OrderJournal,
    private readonly payments: PaymentsService,
    private readonly warehouse: Warehouse,
    private readonly answers: OrderAnswers,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  private get terms(): PaymentTerms {
    return {
      expirySeconds: this.config.ORDER_EXPIRY_SECONDS,
      hardLimitSeconds: this.config.ORDER_HARD_LIMIT_SECONDS,
    };
  }

  /**
   * Places what was priced, opens its payment and takes the stock last. A provider that is called outside is left to `Resume`.
   * Throws TotalChanged and OutOfStock.
   */
  async place(priced: OrderToPlace, { expectedTotal, payment }: CheckoutRequest): Promise<Answer | Resume> {
    refuseOtherTotal(expectedTotal, { amountMinor: priced.totals.total, currency: priced.totals.currency });
    const now = await this.repository.now();
    const order = Order.place(priced, now, this.terms);
    const opened =
      payment && order.amountDueMinor > 0 ? await this.payments.open(attemptFor(order, payment)) : undefined;
    if (opened) order.applyBalance(await this.payments.balance(order.id, order.owedMinor), now);
    if (order.isReadyToConfirm) order.confirm(now);
    await this.journal.place(order);
    const token = await this.answers.issueToken(order);
    await this.warehouse.hold(order);
    return opened?.needsCall ? resumeWith(order, opened) : this.answers.placed(order, token);
  }
}

function refuseOtherTotal(expected: Money, actual: Money): void {
  if (expected.amountMinor !== actual.amountMinor || expected.currency !== actual.currency)
    throw new TotalChanged(expected, actual);
}
