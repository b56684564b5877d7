import { z } from 'zod';
import { cursorQuery, moneySchema, page, text } from '../platform/http/index.js';
import { movementKinds } from './movement.js';

/** Exact ASCII: no two skus look alike without being the same. */
export const skuSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 of A-Z a-z 0-9 . _ - and begin with a letter or digit',
  )
  .meta({ examples: ['85123A'] });

const instant = z.iso.datetime({ offset: true });

/** Keys begin with a letter and are no member of Object.prototype, so that no reader's plain object is bent by one. */
export const attributeKey = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9 _.-]{0,63}$/, 'must begin with a letter, then A-Z a-z 0-9 space _ . -')
  .refine((key) => !(key in Object.prototype), 'is a reserved word');

export const attributesSchema = z
  .record(attributeKey, text(500))
  .refine((attributes) => Object.keys(attributes).length <= 50, 'at most 50 attributes')
  .meta({ examples: [{ colour: 'white', material: 'wood' }] });

/** The parser of addresses lets control characters pass, the database does not. */
const imageUrl = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((url) => !/[\s\p{C}]/u.test(url), 'must not contain spaces or control characters');

/** What a person may say of an item, over HTTP and in an import alike. */
export const itemFields = {
  name: text(200),
  description: text(5000).nullable(),
  attributes: attributesSchema,
  imageUrl: imageUrl.nullable(),
  active: z.boolean(),
};

export const newItemRequest = z
  .strictObject({
    sku: skuSchema,
    name: itemFields.name,
    price: moneySchema,
    description: itemFields.description.optional(),
    attributes: itemFields.attributes.optional(),
    imageUrl: itemFields.imageUrl.optional(),
    active: itemFields.active.optional().describe('whether it is on sale; true where absent'),
  })
  .meta({ id: 'NewItem' });
export type NewItemRequest = z.output<typeof newItemRequest>;

export const itemChangeRequest = z
  .strictObject({ ...itemFields, price: moneySchema })
  .partial()
  .meta({ id: 'ItemChange' });
export type ItemChangeRequest = z.output<typeof itemChangeRequest>;

export const availabilities = ['in-stock', 'low', 'out-of-stock'] as const;
export type Availability = (typeof availabilities)[number];

export const itemView = z
  .object({
    sku: z.string(),
    version: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    price: moneySchema,
    attributes: z.record(z.string(), z.string()),
    imageUrl: z.string().nullable(),
    active: z.boolean().describe('whether it is on sale'),
    availability: z.enum(availabilities).meta({ 'x-extensible-enum': availabilities }),
    createdAt: instant,
    changedAt: instant,
  })
  .meta({ id: 'Item' });
export type ItemView = z.output<typeof itemView>;

export const itemPage = page(itemView, 'ItemPage');

export const itemSorts = ['name', '-name', 'price', '-price', 'createdAt', '-createdAt'] as const;
export type ItemSort = (typeof itemSorts)[number];

const number = z.string().regex(/^\d{1,16}$/);

/** What a cursor of the list holds: its sort, where the page ended in it, and the sku. */
export const itemPosition = z.union([
  z.tuple([z.enum(['name', '-name']), text(400), skuSchema]),
  z.tuple([z.enum(['price', '-price', 'createdAt', '-createdAt']), number, skuSchema]),
]);

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const minorUnits = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const itemListQuery = cursorQuery.extend({
  search: text(200).optional().describe('beginnings of words of name and sku, all of which must occur'),
  active: flag.optional().describe('true where absent; only staff may ask for false'),
  inStock: flag.optional(),
  priceMin: minorUnits.optional().describe('minor units of the shop currency'),
  priceMax: minorUnits.optional().describe('minor units of the shop currency'),
  sort: z.enum(itemSorts).default('name'),
});
export type ItemListQuery = z.output<typeof itemListQuery>;

const units = z.int().min(0).max(10_000_000);
const reason = text(500);

export const receiptRequest = z
  .strictObject({
    quantity: units.min(1),
    reason: reason.optional().describe('such as the number of the purchase'),
  })
  .meta({ id: 'StockReceipt' });
export type ReceiptRequest = z.output<typeof receiptRequest>;

export const adjustmentRequest = z
  .strictObject({
    delta: z
      .int()
      .min(-10_000_000)
      .max(10_000_000)
      .refine((delta) => delta !== 0, 'must not be 0'),
    reason: reason.describe('why, such as breakage or theft'),
  })
  .meta({ id: 'StockAdjustment' });
export type AdjustmentRequest = z.output<typeof adjustmentRequest>;

export const recountRequest = z
  .strictObject({
    counted: units.describe('units on the shelf, promised ones included'),
    reason: reason.optional(),
  })
  .meta({ id: 'StockRecount' });
export type RecountRequest = z.output<typeof recountRequest>;

export const stockView = z
  .object({
    sku: z.string(),
    location: z.string(),
    version: z.int().describe('0 where it never moved'),
    onHand: z.int(),
    reserved: z.int().describe('promised to orders and not yet shipped'),
    available: z.int().describe('onHand less reserved'),
  })
  .meta({ id: 'StockLevel' });
export type StockView = z.output<typeof stockView>;

/** What the cursors of levels and movements hold. */
export const stockPosition = z.tuple([skuSchema]);
export const movementPosition = z.tuple([z.int().min(0)]);

export const stockPage = page(stockView, 'StockPage');
export const stockListQuery = cursorQuery;
export type StockListQuery = z.output<typeof stockListQuery>;

export const movementView = z
  .object({
    id: z.int(),
    kind: z.enum(movementKinds).meta({ 'x-extensible-enum': movementKinds }),
    location: z.string(),
    deltaOnHand: z.int(),
    deltaReserved: z.int(),
    orderId: z.uuid().nullable(),
    orderLineId: z.uuid().nullable(),
    reason: z.string().nullable(),
    actor: z.string(),
    movedAt: instant,
  })
  .meta({ id: 'StockMovement' });
export type MovementView = z.output<typeof movementView>;

export const movementPage = page(movementView, 'StockMovementPage');
export const movementListQuery = cursorQuery;
export type MovementListQuery = z.output<typeof movementListQuery>;
