import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { defineEventMetric } from '../platform/events/event-metrics.js';
import { deliveryStatuses, orderStatuses, paymentStatuses } from './order-status.js';

const minor = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

const snapshot = z.object({
  orderId: z.uuid(),
  number: z.string().describe('what people call the order by, unlike its id'),
  version: z.number().int().positive().describe('of the order after this event; the same as `ce_sequence`'),
  status: z.enum(orderStatuses),
  paymentStatus: z.enum(paymentStatuses).describe('what its payments amount to'),
  hasUnknownPayment: z.boolean().describe('a payment has no outcome yet that can be told'),
  deliveryStatus: z.enum(deliveryStatuses).describe('how far its parcels have come'),
  currency: z.string().length(3).describe('ISO 4217 code of all amounts'),
  totalMinor: minor.describe('what was ordered, in minor units; frozen at placement'),
  owedMinor: minor.describe(
    'the total less the shares of canceled units, in minor units; 0 once canceled or expired',
  ),
  amountDueMinor: minor.describe('what is still wanted of the shopper, in minor units'),
  lineCount: count,
  unitCount: count.describe('units ordered'),
  canceledUnitCount: count,
});
export type OrderSnapshot = z.output<typeof snapshot>;

const reason = z.string().optional().describe('why, where whoever canceled said so');
const lines = z
  .array(
    z.object({
      orderLineId: z.uuid(),
      sku: z.string(),
      quantity: z.number().int().positive().describe('units of the line that were canceled by this event'),
    }),
  )
  .describe('what was canceled');

const example = {
  orderId: '019a0c5e-7c00-7000-8000-0000000000a1',
  number: '7K2M49QXW5',
  version: 1,
  status: 'pending',
  paymentStatus: 'unpaid',
  hasUnknownPayment: false,
  deliveryStatus: 'unfulfilled',
  currency: 'GBP',
  totalMinor: 3195,
  owedMinor: 3195,
  amountDueMinor: 3195,
  lineCount: 2,
  unitCount: 3,
  canceledUnitCount: 0,
} as const;
const paid = { ...example, status: 'confirmed', paymentStatus: 'paid', amountDueMinor: 0 } as const;
const ended = { ...example, owedMinor: 0, amountDueMinor: 0 } as const;
const teapot = { orderLineId: '019a0c5e-7c00-7000-8000-0000000000a3', sku: 'TEAPOT', quantity: 1 };

export const orderEvents = defineEvents(
  'orders',
  'order',
  {
    'order.placed': snapshot
      .extend({ expiresAt: z.iso.datetime().describe('until when it can be paid') })
      .describe('A shopper ordered; paid or not, its units are reserved.'),
    'order.confirmed': snapshot.describe('Nothing is due any more: it will be delivered.'),
    'order.lines_canceled': snapshot
      .extend({ lines, reason })
      .describe('Some units were canceled; others are left.'),
    'order.canceled': snapshot
      .extend({ reason })
      .describe('Its last unit was canceled; what was paid is given back.'),
    'order.expired': snapshot.describe('It was not paid in time; its units are free again.'),
    'order.completed': snapshot.describe('All has arrived or come back, and all that is owed was paid.'),
    'order.payment_status_changed': snapshot.describe('Its payments amount to something else.'),
    'order.delivery_status_changed': snapshot.describe('Its parcels have come further.'),
  },
  {
    key: 'orderId',
    subject: ['orderId'],
    examples: {
      'order.placed': { ...example, expiresAt: '2026-11-24T10:45:00.000Z' },
      'order.confirmed': { ...paid, version: 3 },
      'order.lines_canceled': {
        ...paid,
        version: 4,
        owedMinor: 1700,
        canceledUnitCount: 1,
        lines: [teapot],
        reason: 'changed_mind',
      },
      'order.canceled': {
        ...ended,
        version: 4,
        status: 'canceled',
        paymentStatus: 'paid',
        canceledUnitCount: 3,
        reason: 'out_of_stock',
      },
      'order.expired': { ...ended, version: 2, status: 'expired' },
      'order.completed': { ...paid, version: 6, status: 'completed', deliveryStatus: 'delivered' },
      'order.payment_status_changed': { ...paid, version: 2, status: 'pending' },
      'order.delivery_status_changed': { ...paid, version: 5, deliveryStatus: 'shipped' },
    },
  },
);

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
