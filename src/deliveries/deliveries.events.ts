import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { deliveryStatuses } from './delivery-status.js';

const snapshot = z.object({
  deliveryId: z.uuid(),
  orderId: z.uuid(),
  version: z.number().int().positive(),
  status: z.enum(deliveryStatuses),
});
const lines = z.array(
  z.object({ orderLineId: z.uuid(), sku: z.string(), quantity: z.number().int().positive() }),
);
const parcel = { carrier: z.string(), trackingNumber: z.string() };
const scan = {
  ...parcel,
  scannedStatus: z.enum(deliveryStatuses),
  rawStatus: z.string(),
  scannedAt: z.iso.datetime(),
};

export const deliveryEvents = defineEvents('deliveries', 'delivery', {
  'delivery.opened': snapshot.extend({ lines }),
  'delivery.split': snapshot.extend({ newDeliveryId: z.uuid(), movedLines: lines }),
  'delivery.packed': snapshot,
  'delivery.shipped': snapshot.extend({ ...parcel, lines }),
  'delivery.tracked': snapshot.extend(scan),
  'delivery.estimate_changed': snapshot.extend({
    estimatedFrom: z.iso.datetime(),
    estimatedTo: z.iso.datetime(),
  }),
  'delivery.delivered': snapshot.extend(scan),
  'delivery.returned': snapshot.extend({ ...scan, lines }),
  'delivery.lost': snapshot.extend(scan),
  'delivery.canceled': snapshot.extend({ lines }),
});

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof deliveryEvents> {}
}
