import { z } from 'zod';
import { cursorQuery, page, text } from '../platform/http/index.js';
import { carrierNames } from './carriers/index.js';
import { deliveryStatuses, trackingStatuses } from './delivery-status.js';

const units = z.number().int().min(1).max(100_000);

export const splitRequest = z
  .strictObject({
    lines: z
      .array(z.strictObject({ orderLineId: z.uuid(), quantity: units }))
      .min(1)
      .max(2000),
  })
  .meta({ id: 'SplitDeliveryRequest' });
export type SplitRequest = z.output<typeof splitRequest>;

export const packRequest = z.strictObject({}).meta({ id: 'PackDeliveryRequest' });

export const shipRequest = z
  .strictObject({
    carrier: z.enum(carrierNames).describe('who carries the parcel'),
    trackingNumber: text(100)
      .optional()
      .describe('absent where the carrier takes bookings: it then gives one'),
  })
  .meta({ id: 'ShipDeliveryRequest' });
export type ShipRequest = z.output<typeof shipRequest>;

export const scanRequest = z
  .strictObject({
    eventId: text(100).describe('each is recorded once'),
    status: z.enum(trackingStatuses),
    rawStatus: text(100),
    scannedAt: z.iso.datetime(),
    description: text(500).optional(),
    place: text(200).optional(),
  })
  .meta({ id: 'TrackingEventRequest' });
export type ScanRequest = z.output<typeof scanRequest>;

export const estimateRequest = z
  .strictObject({ estimatedFrom: z.iso.datetime(), estimatedTo: z.iso.datetime() })
  .refine((window) => Date.parse(window.estimatedFrom) <= Date.parse(window.estimatedTo), {
    path: ['estimatedTo'],
    message: 'must not be before estimatedFrom',
  })
  .meta({ id: 'EstimateRequest' });
export type EstimateRequest = z.output<typeof estimateRequest>;

export const deliveryListQuery = cursorQuery.extend({
  orderId: z.uuid().optional(),
  status: z.enum(deliveryStatuses).optional(),
  carrier: z.enum(carrierNames).optional(),
});
export type DeliveryListQuery = z.output<typeof deliveryListQuery>;

const instant = z.iso.datetime({ offset: true });

export const deliveryView = z
  .object({
    id: z.uuid(),
    orderId: z.uuid(),
    version: z.int(),
    status: z.enum(deliveryStatuses).meta({ 'x-extensible-enum': deliveryStatuses }),
    address: z.record(z.string(), z.string()),
    carrier: z.string().nullable(),
    trackingNumber: z.string().nullable(),
    trackingUrl: z.string().optional(),
    openedAt: instant,
    packedAt: instant.nullable(),
    shippedAt: instant.nullable(),
    endedAt: instant.nullable().describe('delivered, returned or canceled at'),
    estimatedFrom: instant.nullable(),
    estimatedTo: instant.nullable(),
    lineCount: z.int(),
    lines: z.array(z.object({ orderLineId: z.uuid(), sku: z.string(), name: z.string(), quantity: z.int() })),
    tracking: z.array(
      z.object({
        status: z.enum(trackingStatuses).meta({ 'x-extensible-enum': trackingStatuses }),
        rawStatus: z.string().describe("the carrier's own word"),
        description: z.string().nullable(),
        place: z.string().nullable(),
        hasMoved: z.boolean().describe('false for a scan that came late and is history only'),
        scannedAt: instant,
      }),
    ),
    estimateRevisions: z.array(
      z.object({ estimatedFrom: instant, estimatedTo: instant, revisedAt: instant }),
    ),
  })
  .meta({ id: 'Delivery' });
export type DeliveryView = z.output<typeof deliveryView>;

export const deliveryPage = page(deliveryView, 'DeliveryPage');
