import { Injectable } from '@nestjs/common';
import { OrderMoney } from './order-money.js';
import { OrderMoneyRepository } from './order-money.repository.js';
import type { Payment } from './payment.entity.js';
import { PaymentsRepository } from './payments.repository.js';

/** An order's money as it stands. */
@Injectable()
export class OrderMoneyReader {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly orderMoney: OrderMoneyRepository,
  ) {}

  /** Over payments that the caller holds locked. */
  async over(orderId: string, payments: Payment[]): Promise<OrderMoney> {
    return new OrderMoney(payments, await this.orderMoney.keepMinor(orderId));
  }

  /** Whether the attempt's money is still of use to its order. */
  async wants(orderId: string, paymentId: string): Promise<boolean> {
    const payments = await this.payments.ofOrder(orderId);
    const money = await this.over(orderId, payments);
    return payments.some((payment) => payment.id === paymentId && money.wants(payment));
  }
}
