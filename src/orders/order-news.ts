import type { EventCatalogue } from '../platform/events/catalogue.js';
import type { Order } from './order.entity.js';
import type { OrderEventType, OrderSnapshot } from './orders.events.js';

/** One transition: one version, one event, one row of the timeline. */
export type OrderNews = { [T in OrderEventType]: { type: T; payload: EventCatalogue[T] } }[OrderEventType];

/** The order as it stands, as every event tells it; amounts in minor units, no personal data. */
export function snapshotOf(order: Order): OrderSnapshot {
  const { id, number, version, status, paymentStatus, paymentUnknownSince, deliveryStatus } = order;
  const { currency, totalMinor, owedMinor, amountDueMinor, lineCount, unitCount, canceledUnitCount } = order;
  return {
    orderId: id,
    ...{ number, version, status, paymentStatus, deliveryStatus },
    hasUnknownPayment: paymentUnknownSince !== null,
    ...{ currency, totalMinor, owedMinor, amountDueMinor, lineCount, unitCount, canceledUnitCount },
  };
}
