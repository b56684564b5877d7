import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { defineEventMetric } from '../platform/events/event-metrics.js';

const item = z.object({
  sku: z.string(),
  version: z.int().positive(),
  name: z.string(),
  priceMinor: z.int().nonnegative().describe('minor units of `currency`'),
  currency: z.string(),
  active: z.boolean(),
});

const stock = z.object({
  sku: z.string(),
  location: z.string(),
  version: z.int().positive(),
  onHand: z.int().nonnegative(),
  reserved: z.int().nonnegative(),
  available: z.int().nonnegative(),
});

export const itemEvents = defineEvents('inventory', 'item', { 'item.created': item, 'item.changed': item });

/** One per level and write; depleted and replenished stand in place of changed when `available` reaches or leaves 0. */
export const stockEvents = defineEvents('inventory', 'stock', {
  'stock.changed': stock,
  'stock.depleted': stock,
  'stock.replenished': stock,
});

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof itemEvents>, EventsOf<typeof stockEvents> {}
}

defineEventMetric({
  name: 'inventory_stock_outs_total',
  help: 'Times that the last available unit of an item went',
  on: 'stock.depleted',
});
