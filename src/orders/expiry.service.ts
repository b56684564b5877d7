import { Inject, Injectable } from '@nestjs/common';
import { PaymentsService } from '../payments/index.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Transaction } from '../platform/database/transaction.js';
import { OrdersRepository } from './orders.repository.js';
import { SettlementService } from './settlement.service.js';
import { Warehouse } from './warehouse.js';

const batch = 100;

/** Unpaid orders give their stock back, by the database's clock. */
@Injectable()
export class ExpiryService {
  constructor(
    private readonly transaction: Transaction,
    private readonly repository: OrdersRepository,
    private readonly settlement: SettlementService,
    private readonly payments: PaymentsService,
    private readonly warehouse: Warehouse,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Answers how many orders ended; one that fails does not hold up the others. */
  async expireOverdue(): Promise<number> {
    const failures: unknown[] = [];
    let ended = 0;
    for (const id of await this.repository.overdue(batch)) {
      try {
        if (await this.transaction.run(() => this.expire(id))) ended += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} overdue orders could not be expired`);
    return ended;
  }

  /** Money that is there confirms the order; money under way is waited for, up to the hard limit. */
  private async expire(id: string): Promise<boolean> {
    const locked = await this.repository.lockFree(id);
    if (!locked?.order.isOverdue(locked.now)) return false;
    const { order, now } = locked;
    const { isUnderWay } = await this.settlement.weigh(locked);
    if (!order.isOverdue(now)) return true;
    if (isUnderWay && now < order.hardLimitAt) {
      await this.repository.waitWithExpiry(id, this.config.SWEEP_INTERVAL_MS / 1000);
      return false;
    }
    order.expire(now);
    await this.payments.keepOnly(id, 0);
    await this.settlement.weigh(locked);
    await this.warehouse.letGo(order);
    return true;
  }
}
