import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { defineEventMetric } from '../platform/events/event-metrics.js';
import { deliveryStatuses, orderStatuses, paymentStatuses } from './order-status.js';

const minor = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

const snapshot = z.object({
  orderId: z.uuid(),
  number: z.string(),
  version: z.number().int().positive(),
  status: z.enum(orderStatuses),
  paymentStatus: z.enum(paymentStatuses),
  hasUnknownPayment: z.boolean(),
  deliveryStatus: z.enum(deliveryStatuses),
  currency: z.string().length(3),
  totalMinor: minor,
  owedMinor: minor,
  amountDueMinor: minor,
  lineCount: count,
  unitCount: count,
  canceledUnitCount: count,
});
export type OrderSnapshot = z.output<typeof snapshot>;

const reason = z.string().optional();
const lines = z.array(
  z.object({ orderLineId: z.uuid(), sku: z.string(), quantity: z.number().int().positive() }),
);

export const orderEvents = defineEvents('orders', 'order', {
  'order.placed': snapshot.extend({ expiresAt: z.iso.datetime() }),
  'order.confirmed': snapshot,
  'order.lines_canceled': snapshot.extend({ lines, reason }),
  'order.canceled': snapshot.extend({ reason }),
  'order.expired': snapshot,
  'order.completed': snapshot,
  'order.payment_status_changed': snapshot,
  'order.delivery_status_changed': snapshot,
});

defineEventMetric({
  name: 'orders_placed_total',
  help: 'Orders that were placed, paid or not',
  on: 'order.placed',
});

export type OrderEventType = keyof typeof orderEvents;
export const orderEventTypes = Object.keys(orderEvents) as OrderEventType[];

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof orderEvents> {}
}
