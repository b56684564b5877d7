import { Inject, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Transaction } from '../platform/database/transaction.js';
import { Workers } from '../platform/workers/workers.js';
import { eachApart } from './each-apart.js';
import { OrderMoney } from './order-money.js';
import { OrderMoneyRepository } from './order-money.repository.js';
import { keepOnlyWorker, PaymentBooks } from './payment-books.service.js';
import { PaymentsRepository } from './payments.repository.js';

const ordersARound = 20;

/** Brings an order's money down to what it wants to keep, and again whenever a late transaction settles. */
@Injectable()
export class KeepOnlyService implements OnModuleInit {
  private readonly logger = new Logger(KeepOnlyService.name);

  constructor(
    private readonly transaction: Transaction,
    private readonly repository: PaymentsRepository,
    private readonly orderMoney: OrderMoneyRepository,
    private readonly books: PaymentBooks,
    private readonly workers: Workers,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.workers.every(keepOnlyWorker, this.config.SETTLE_INTERVAL_MS, () => this.bringDownDue());
  }

  async keepOnly(orderId: string, amountMinor: number): Promise<void> {
    await this.orderMoney.keep(orderId, amountMinor);
    this.transaction.afterCommit(() => this.workers.wake(keepOnlyWorker));
  }

  async bringDownDue(): Promise<number> {
    return eachApart(await this.orderMoney.due(ordersARound), (orderId) => this.bringDown(orderId));
  }

  private bringDown(orderId: string): Promise<boolean> {
    return this.transaction.run(async () => {
      const payments = await this.repository.lockOfOrder(orderId);
      const keepMinor = await this.orderMoney.lockDue(orderId);
      if (keepMinor === undefined) return false;
      const releases = new OrderMoney(payments, keepMinor).releases();
      const now = await this.repository.now();
      for (const { payment, kind, amountMinor } of releases) {
        await this.books.start(payment, { kind, amountMinor, origin: 'keep_only' }, now);
      }
      for (const payment of payments) await this.books.save(payment);
      const isWaiting = payments.some((payment) => payment.sums.isVoiding || payment.sums.leavingMinor > 0);
      const needsPerson = await this.orderMoney.rest(orderId, { hasBegun: releases.length > 0, isWaiting });
      if (needsPerson)
        this.transaction.afterCommit(() =>
          this.logger.error({ orderId }, 'money that is not to be kept does not go back: a person must look'),
        );
      return true;
    }, 'settlement');
  }
}
