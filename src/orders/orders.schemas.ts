import { z } from 'zod';
import { addressSchema, emailSchema, noteSchema, pricedLine, totalsSchema } from '../carts/index.js';
import { deliveryView } from '../deliveries/index.js';
import { skuSchema } from '../inventory/index.js';
import { paymentRequest, paymentView } from '../payments/index.js';
import { cursorQuery, idSchema, moneySchema, page, text } from '../platform/http/index.js';
import { attentionReasons, deliveryStatuses, orderStatuses, paymentStatuses } from './order-status.js';
import { orderEventTypes } from './orders.events.js';

/** Views with more lines link to them instead. */
export const mostLinesInView = 200;
const mostLines = 2000;
/** Bytes: that many lines, named at length. */
export const largestLinesBody = 1_000_000;
const units = z.int().min(1).max(100_000);

export const checkoutRequest = z
  .strictObject({
    expectedTotal: moneySchema.describe('the total that the shopper saw'),
    payment: paymentRequest.optional().describe('absent: the order waits to be paid'),
  })
  .meta({ id: 'CheckoutRequest' });
export type CheckoutRequest = z.output<typeof checkoutRequest>;

const isEachOnce = (keys: string[]): boolean => new Set(keys).size === keys.length;

const wanted = z
  .array(z.strictObject({ sku: skuSchema, quantity: units }))
  .min(1)
  .max(mostLines)
  .refine((lines) => isEachOnce(lines.map((line) => line.sku)), 'must not name an item twice');

export const placeRequest = z
  .strictObject({
    ...checkoutRequest.shape,
    lines: wanted,
    email: emailSchema,
    shippingAddress: addressSchema,
    billingAddress: addressSchema.optional(),
    note: noteSchema.optional(),
  })
  .meta({ id: 'PlaceOrderRequest' });
export type PlaceRequest = z.output<typeof placeRequest>;

/** A closed list and no free text: what people write there would be personal data in the timeline. */
export const cancelReasons = [
  'changed_mind',
  'ordered_by_mistake',
  'takes_too_long',
  'out_of_stock',
  'suspected_fraud',
  'other',
] as const;

const unitsToCancel = z
  .array(z.strictObject({ orderLineId: idSchema, quantity: units }))
  .min(1)
  .max(mostLines)
  .refine((lines) => isEachOnce(lines.map((line) => line.orderLineId)), 'must not name a line twice');

export const cancelRequest = z
  .strictObject({
    reason: z.enum(cancelReasons).optional(),
    lines: unitsToCancel.optional().describe('absent: all that has not been shipped'),
  })
  .meta({ id: 'CancelOrderRequest' });
export type CancelRequest = z.output<typeof cancelRequest>;

const typedNumber = text(32).describe(
  'as the shopper says it: spaces, dashes and small letters do not matter',
);

export const lookupRequest = z
  .strictObject({ number: typedNumber, email: emailSchema })
  .meta({ id: 'OrderLookupRequest' });
export type LookupRequest = z.output<typeof lookupRequest>;

export const searchRequest = z
  .strictObject({ ...cursorQuery.shape, number: typedNumber.optional(), email: emailSchema.optional() })
  .refine(
    (body) => (body.number === undefined) !== (body.email === undefined),
    'name either a number or an email',
  )
  .meta({ id: 'OrderSearchRequest' });
export type SearchRequest = z.output<typeof searchRequest>;

export const pageQuery = cursorQuery;
export type PageQuery = z.output<typeof pageQuery>;

export const eventStreamQuery = z.strictObject({
  lastEventId: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional()
    .describe('for tools that cannot send Last-Event-ID, which wins'),
});
export type EventStreamQuery = z.output<typeof eventStreamQuery>;

const instant = z.iso.datetime({ offset: true });

export const orderListQuery = cursorQuery.extend({
  status: z.enum(orderStatuses).optional(),
  paymentStatus: z.enum(paymentStatuses).optional(),
  deliveryStatus: z.enum(deliveryStatuses).optional(),
  customerId: text(300).optional(),
  placedFrom: instant.optional().describe('this instant or later'),
  placedTo: instant.optional().describe('before this instant'),
  needsAttention: z
    .enum(['true', 'false'])
    .optional()
    .describe('money due or to be returned, parcel in trouble, or unknown for long'),
  number: typedNumber.optional(),
});
export type OrderListQuery = z.output<typeof orderListQuery>;

const open = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values).meta({ 'x-extensible-enum': values });

const standing = {
  id: idSchema,
  number: z.string().describe('in two groups, as it is said'),
  version: z.int(),
  status: open(orderStatuses),
  paymentStatus: open(paymentStatuses),
  hasUnknownPayment: z.boolean().describe('a payment has no outcome yet that can be told'),
  deliveryStatus: open(deliveryStatuses),
  customerId: z.string().optional(),
  amountDue: moneySchema.describe('what is still wanted of the shopper'),
  lineCount: z.int(),
  unitCount: z.int().describe('units ordered'),
  canceledUnitCount: z.int(),
  placedAt: instant,
  expiresAt: instant.optional().describe('until when it can be paid; while it is pending'),
  confirmedAt: instant.optional(),
  endedAt: instant.optional().describe('completed, canceled or expired at'),
  attention: z.array(open(attentionReasons)).optional().describe('why a person should look at it; for staff'),
};

export const orderSummary = z.object({ ...standing, total: moneySchema }).meta({ id: 'OrderSummary' });
export type OrderSummaryView = z.output<typeof orderSummary>;
export const orderPage = page(orderSummary, 'OrderPage');

export const orderLine = pricedLine
  .extend({
    orderLineId: idSchema,
    sku: z.string(),
    name: z.string(),
    canceled: z.int(),
    shipped: z.int(),
    delivered: z.int(),
    returned: z.int(),
  })
  .meta({ id: 'OrderLine' });
export type OrderLineView = z.output<typeof orderLine>;
export const orderLinePage = page(orderLine, 'OrderLinePage');

export const orderView = z
  .object({
    ...standing,
    cartId: idSchema.optional(),
    email: z.string(),
    shippingAddress: addressSchema,
    billingAddress: addressSchema.optional(),
    note: z.string().optional(),
    totals: totalsSchema,
    lines: z.array(orderLine).optional().describe(`up to ${mostLinesInView} lines`),
    linesUrl: z.string().optional().describe('the lines, where they are more'),
    actionUrl: z.url().optional().describe('where the shopper acts, with paymentStatus requires_action'),
    payments: z.array(paymentView).optional().describe('for those who may read payments'),
    deliveries: z.array(deliveryView),
  })
  .meta({ id: 'Order' });
export type OrderView = z.output<typeof orderView>;

export const trackedOrder = orderSummary
  .omit({ customerId: true, attention: true })
  .extend({
    parcels: z.array(
      z.object({
        status: z.string(),
        carrier: z.string().nullable(),
        trackingNumber: z.string().nullable(),
        trackingUrl: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'TrackedOrder' });
export type TrackedOrderView = z.output<typeof trackedOrder>;

export const timelineEntry = z
  .object({
    version: z.int(),
    type: z.string().meta({ 'x-extensible-enum': orderEventTypes }).describe('the event that told it'),
    status: open(orderStatuses),
    paymentStatus: open(paymentStatuses),
    deliveryStatus: open(deliveryStatuses),
    reason: z.string().optional().describe('why; for staff'),
    lines: z.array(z.object({ orderLineId: idSchema, sku: z.string(), quantity: z.int() })).optional(),
    actor: z.string().optional().describe('who did it; for staff'),
    at: instant,
  })
  .meta({ id: 'TimelineEntry' });
export type TimelineEntryView = z.output<typeof timelineEntry>;
export const timelinePage = page(timelineEntry, 'TimelinePage');

export const todayReport = z
  .object({
    day: z.iso.date().describe('UTC'),
    currency: z.string(),
    orders: z.int().describe('placed today'),
    revenueMinor: z.int().describe('owed by those of them that are confirmed or completed'),
    units: z.int().describe('in those, without canceled ones'),
    byStatus: z.array(z.object({ status: open(orderStatuses), orders: z.int() })),
  })
  .meta({ id: 'TodayReport' });
export type TodayReportView = z.output<typeof todayReport>;
