import { Injectable } from '@nestjs/common';
import { DeliveriesService } from '../deliveries/index.js';
import { Balance, PaymentsService } from '../payments/index.js';
import { Transaction } from '../platform/database/transaction.js';
import type { MoneyStanding } from './order-facts.js';
import type { Order } from './order.entity.js';
import { OrderNotFound } from './orders.errors.js';
import { OrderJournal } from './orders.journal.js';
import { latePayments, underpaidOrders } from './orders.metrics.js';
import { LockedOrder, OrdersRepository } from './orders.repository.js';
import { Warehouse } from './warehouse.js';

/**
 * What the order makes of the news of its payments and parcels. It recomputes from their sums every time,
 * so any news may come first, twice, late, or only once for several.
 */
@Injectable()
export class SettlementService {
  constructor(
    private readonly transaction: Transaction,
    private readonly repository: OrdersRepository,
    private readonly journal: OrderJournal,
    private readonly payments: PaymentsService,
    private readonly deliveries: DeliveriesService,
    private readonly warehouse: Warehouse,
  ) {}

  /** The payments of the order have news. */
  async settle(orderId: string): Promise<void> {
    await this.transaction.run(async () => {
      await this.weigh(await this.lock(orderId));
    });
  }

  /** Parcels of the order have news. */
  async followDeliveries(orderId: string): Promise<void> {
    await this.transaction.run(async () => {
      const locked = await this.lock(orderId);
      const { order } = locked;
      const hadTrouble = order.hasDeliveryTrouble;
      const { isAnythingLeft, ...standing } = await this.deliveries.progress(orderId);
      order.follow(standing);
      if (order.news.length > 0 || order.hasDeliveryTrouble !== hadTrouble) await this.journal.save(order);
      if (!isAnythingLeft) await this.weigh(locked);
    });
  }

  /**
   * Takes over the payments' sums for an order under its lock, and saves it: confirms or completes it where that is due,
   * and gives back what came in too much. Answers the sums, which are read here unless the caller holds them.
   */
  async weigh({ order, now }: LockedOrder, held?: Balance): Promise<Balance> {
    const balance = held ?? (await this.payments.balance(order.id, order.owedMinor));
    const before = { keptMinor: order.keptMinor, amountDueMinor: order.amountDueMinor };
    order.applyBalance(balance, now);
    const isConfirmed = order.isReadyToConfirm;
    if (isConfirmed) order.confirm(now);
    else await this.completeWhereDone(order, balance, now);
    if (order.news.length > 0) await this.journal.save(order);
    const isSurplus = order.keptMinor > before.keptMinor && order.keptMinor > order.owedMinor;
    if (isSurplus) await this.payments.keepOnly(order.id, order.owedMinor);
    this.count(order, isSurplus, before.amountDueMinor);
    if (isConfirmed) await this.warehouse.dispatch(order);
    return balance;
  }

  /** A capture by hand may be the last thing that was missing. */
  private async completeWhereDone(order: Order, balance: MoneyStanding, now: Date): Promise<void> {
    if (order.status !== 'confirmed' || !order.hasArrived) return;
    if (order.isFulfilled(await this.deliveries.progress(order.id), balance)) order.complete(now);
  }

  private count(order: Order, isSurplus: boolean, wasDueMinor: number): void {
    const isLate = order.isClosed && isSurplus;
    const isUnderpaid = order.status === 'confirmed' && wasDueMinor === 0 && order.amountDueMinor > 0;
    if (isLate) this.transaction.afterCommit(() => latePayments.inc({ status: order.status }));
    if (isUnderpaid) this.transaction.afterCommit(() => underpaidOrders.inc({}));
  }

  private async lock(orderId: string): Promise<LockedOrder> {
    const locked = await this.repository.lock(orderId);
    if (!locked) throw new OrderNotFound();
    return locked;
  }
}
