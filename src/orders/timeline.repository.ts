import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.js';
import type { OrderDeliveryStatus, OrderPaymentStatus, OrderStatus } from './order-status.js';
import type { OrderEventType } from './orders.events.js';

export interface TimelineRow {
  version: number;
  type: OrderEventType;
  status: OrderStatus;
  paymentStatus: OrderPaymentStatus;
  deliveryStatus: OrderDeliveryStatus;
  reason: string | null;
  lines: { orderLineId: string; sku: string; quantity: number }[] | null;
  actor: string;
  at: Date;
}

@Injectable()
export class TimelineRepository {
  constructor(private readonly database: Database) {}

  /** In the order in which it happened. */
  page(orderId: string, afterVersion: number, limit: number): Promise<TimelineRow[]> {
    return this.database.rows<TimelineRow>(
      `select version, type, status, payment_status as "paymentStatus", delivery_status as "deliveryStatus", reason, lines, actor, at
       from orders.timeline where order_id = $1 and version > $2 order by version limit $3`,
      [orderId, afterVersion, limit],
    );
  }
}
