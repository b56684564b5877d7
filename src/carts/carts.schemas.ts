import { z } from 'zod';
import { skuSchema } from '../inventory/index.js';
import { currencySchema, cursorQuery, page, text } from '../platform/http/index.js';
import { addressSchema } from './cart-details.schemas.js';
import { maxLinesPerCart, maxUnitsPerLine } from './cart-limits.js';
import { cartStatuses } from './cart-status.js';
import { pricedLine, totalsSchema } from './totals.js';

/** Bytes: 2,000 lines of the longest skus and quantities, with room for white space. */
export const largestLinesBody = 1_000_000;

const units = z.int().min(1).max(maxUnitsPerLine);
const linesToAdd = z.array(z.strictObject({ sku: skuSchema, quantity: units }));

export const newCartRequest = z
  .strictObject({ lines: linesToAdd.max(maxLinesPerCart).optional() })
  .default({})
  .meta({ id: 'NewCart' });
export type NewCartRequest = z.output<typeof newCartRequest>;

export const addLinesRequest = z.strictObject({ lines: linesToAdd.min(1).max(maxLinesPerCart) }).meta({
  id: 'LinesToAdd',
  description: 'units of a sku that is in the cart already are added to its line',
});
export type AddLinesRequest = z.output<typeof addLinesRequest>;

export const setQuantityRequest = z.strictObject({ quantity: units }).meta({ id: 'LineQuantity' });
export type SetQuantityRequest = z.output<typeof setQuantityRequest>;

/** For requests that say all by their path. */
export const nothingRequest = z.strictObject({}).default({}).meta({ id: 'Nothing' });

export const cartListQuery = cursorQuery.extend({
  status: z.enum(cartStatuses).optional(),
  customerId: text(300).optional(),
  updatedFrom: z.iso.datetime({ offset: true }).optional().describe('changed at or after'),
  updatedTo: z.iso.datetime({ offset: true }).optional().describe('changed before'),
});
export type CartListQuery = z.output<typeof cartListQuery>;

export const cartLinesQuery = cursorQuery;
export type CartLinesQuery = z.output<typeof cartLinesQuery>;

const instant = z.iso.datetime({ offset: true });
const status = z.enum(cartStatuses).meta({ 'x-extensible-enum': cartStatuses });

export const cartLineView = pricedLine
  .extend({
    lineId: z.uuid(),
    sku: z.string(),
    name: z.string(),
    seenUnitPrice: z
      .int()
      .min(0)
      .describe('price when the line was last added to or set; unitPrice is the one of today'),
    isAvailable: z
      .boolean()
      .describe(
        'whether the item is on sale; a line that is not still counts in the totals and keeps the cart from checkout',
      ),
    isInStock: z.boolean().describe('whether all units could be promised now'),
  })
  .meta({ id: 'CartLine' });
export type CartLineView = z.output<typeof cartLineView>;

export const cartLinePage = page(cartLineView, 'CartLinePage');

const cartHead = {
  id: z.uuid(),
  version: z.int(),
  status,
  currency: currencySchema,
  customerId: z.string().nullable(),
  orderId: z.uuid().nullable(),
  mergedInto: z.uuid().nullable().describe('the cart that took over the lines of this one'),
  lineCount: z.int(),
  createdAt: instant,
  updatedAt: instant,
};

const cartBody = z.object({
  ...cartHead,
  email: z.string().nullable(),
  shippingAddress: addressSchema.nullable(),
  billingAddress: addressSchema.nullable(),
  note: z.string().nullable(),
  totals: totalsSchema,
  lines: z.array(cartLineView).optional().describe('absent where there are more than 200'),
  linesUrl: z.string().optional().describe('where the lines are, where there are more than 200'),
});

export const cartView = cartBody.meta({ id: 'Cart' });
export type CartView = z.output<typeof cartView>;

const notCarriedCodes = ['quantity-limit', 'line-limit'] as const;

export const mergedCartView = cartBody
  .extend({
    notCarried: z
      .array(
        z.object({
          sku: z.string(),
          quantity: z.int(),
          code: z.enum(notCarriedCodes).meta({ 'x-extensible-enum': notCarriedCodes }),
        }),
      )
      .describe('units beyond the limits; they stay in the guest cart, which the customer can read'),
  })
  .meta({ id: 'MergedCart' });
export type MergedCartView = z.output<typeof mergedCartView>;

export const cartSummary = z.object(cartHead).meta({ id: 'CartSummary' });
export type CartSummary = z.output<typeof cartSummary>;

export const cartPage = page(cartSummary, 'CartPage');
