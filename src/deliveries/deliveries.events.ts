import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { deliveryStatuses } from './delivery-status.js';

const snapshot = z.object({
  deliveryId: z.uuid(),
  orderId: z.uuid(),
  version: z
    .number()
    .int()
    .positive()
    .describe('of the delivery after this event; the same as `ce_sequence`'),
  status: z.enum(deliveryStatuses),
});
const lines = z
  .array(
    z.object({
      orderLineId: z.uuid(),
      sku: z.string(),
      quantity: z.number().int().positive().describe('units of the line that are in this delivery'),
    }),
  )
  .describe('what is in it');
const parcel = {
  carrier: z
    .string()
    .describe('who carries it, such as `sandbox`; a name that a reader does not know may come'),
  trackingNumber: z.string(),
};
const scan = {
  ...parcel,
  scannedStatus: z.enum(deliveryStatuses).describe('what the scan says; a late one does not move `status`'),
  rawStatus: z.string().describe("the carrier's own word"),
  scannedAt: z.iso.datetime(),
};

const example = {
  deliveryId: '019a0c5e-7c00-7000-8000-0000000000d1',
  orderId: '019a0c5e-7c00-7000-8000-0000000000a1',
  version: 1,
  status: 'pending',
} as const;
const mug = { orderLineId: '019a0c5e-7c00-7000-8000-0000000000a2', sku: 'MUG-BLUE', quantity: 2 };
const teapot = { orderLineId: '019a0c5e-7c00-7000-8000-0000000000a3', sku: 'TEAPOT', quantity: 1 };
const exampleParcel = { carrier: 'sandbox', trackingNumber: 'SBX-000017' };
const scanned = <const Status extends string>(status: Status, rawStatus: string) => ({
  ...{ ...example, ...exampleParcel, status, scannedStatus: status },
  ...{ rawStatus, scannedAt: '2026-11-25T09:12:00.000Z' },
});

export const deliveryEvents = defineEvents(
  'deliveries',
  'delivery',
  {
    'delivery.opened': snapshot.extend({ lines }).describe('Something of an order is to be packed.'),
    'delivery.split': snapshot
      .extend({
        newDeliveryId: z.uuid().describe('the delivery that they went to'),
        movedLines: lines.describe('what went there'),
      })
      .describe('A part of it became a delivery of its own.'),
    'delivery.packed': snapshot.describe('It is in its parcel and waits for the carrier.'),
    'delivery.shipped': snapshot
      .extend({ ...parcel, lines })
      .describe('The carrier has it; its units left the shelf.'),
    'delivery.tracked': snapshot.extend(scan).describe('The carrier scanned it on its way.'),
    'delivery.estimate_changed': snapshot
      .extend({
        estimatedFrom: z.iso.datetime().describe('arrives at this instant or later'),
        estimatedTo: z.iso.datetime().describe('arrives at this instant or before'),
      })
      .describe('The carrier expects it at another time.'),
    'delivery.delivered': snapshot.extend(scan).describe('It is at the door.'),
    'delivery.returned': snapshot.extend({ ...scan, lines }).describe('It came back to the shop.'),
    'delivery.lost': snapshot.extend(scan).describe('The carrier does not find it; it may still turn up.'),
    'delivery.canceled': snapshot.extend({ lines }).describe('It is not sent.'),
  },
  {
    key: 'orderId',
    subject: ['deliveryId'],
    examples: {
      'delivery.opened': { ...example, lines: [mug, teapot] },
      'delivery.split': {
        ...example,
        version: 2,
        newDeliveryId: '019a0c5e-7c00-7000-8000-0000000000d2',
        movedLines: [teapot],
      },
      'delivery.packed': { ...example, version: 3, status: 'packed' },
      'delivery.shipped': { ...example, version: 4, status: 'shipped', ...exampleParcel, lines: [mug] },
      'delivery.tracked': { ...scanned('in_transit', 'AT-HUB'), version: 5 },
      'delivery.estimate_changed': {
        ...example,
        version: 6,
        status: 'in_transit',
        estimatedFrom: '2026-11-26T08:00:00.000Z',
        estimatedTo: '2026-11-26T12:00:00.000Z',
      },
      'delivery.delivered': { ...scanned('delivered', 'HANDED-OVER'), version: 7 },
      'delivery.returned': { ...scanned('returned', 'BACK-AT-SENDER'), version: 7, lines: [mug] },
      'delivery.lost': { ...scanned('lost', 'MISSING'), version: 7 },
      'delivery.canceled': { ...example, version: 3, status: 'canceled', lines: [mug] },
    },
  },
);

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof deliveryEvents> {}
}
