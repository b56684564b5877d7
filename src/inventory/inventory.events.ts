import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { defineEventMetric } from '../platform/events/event-metrics.js';

const item = z.object({
  sku: z.string().describe('exact: 84031A and 84031a are two items'),
  version: z.int().positive().describe('of the item after this event; the same as `ce_sequence`'),
  name: z.string(),
  priceMinor: z.int().nonnegative().describe('minor units of `currency`'),
  currency: z.string().describe('ISO 4217 code'),
  active: z.boolean().describe('whether it is on sale'),
});

const stock = z.object({
  sku: z.string(),
  location: z.string().describe('where the units are, such as `main`'),
  version: z.int().positive().describe('of the level after this event; the same as `ce_sequence`'),
  onHand: z.int().nonnegative().describe('units on the shelf'),
  reserved: z.int().nonnegative().describe('units promised to orders, paid or not, and not yet shipped'),
  available: z.int().nonnegative().describe('units that can be sold: `onHand` less `reserved`'),
});

const exampleItem = {
  sku: 'MUG-BLUE',
  version: 1,
  name: 'Blue mug',
  priceMinor: 850,
  currency: 'GBP',
  active: true,
};
const exampleStock = {
  sku: 'MUG-BLUE',
  location: 'main',
  version: 7,
  onHand: 40,
  reserved: 2,
  available: 38,
};

export const itemEvents = defineEvents(
  'inventory',
  'item',
  {
    'item.created': item.describe('An item is new in the shop.'),
    'item.changed': item.describe('Name, price, text, or whether it is on sale changed.'),
  },
  {
    key: 'sku',
    subject: ['sku'],
    examples: {
      'item.created': exampleItem,
      'item.changed': { ...exampleItem, version: 2, priceMinor: 900 },
    },
  },
);

/** One per level and write; depleted and replenished stand in place of changed when `available` reaches or leaves 0. */
export const stockEvents = defineEvents(
  'inventory',
  'stock',
  {
    'stock.changed': stock.describe('Units came, left or were promised.'),
    'stock.depleted': stock.describe(
      'The last unit that could be sold is gone; comes in place of `stock.changed`.',
    ),
    'stock.replenished': stock.describe('Units can be sold again; comes in place of `stock.changed`.'),
  },
  {
    key: 'sku',
    subject: ['sku', 'location'],
    examples: {
      'stock.changed': exampleStock,
      'stock.depleted': { ...exampleStock, version: 8, reserved: 40, available: 0 },
      'stock.replenished': { ...exampleStock, version: 9, onHand: 60, reserved: 40, available: 20 },
    },
  },
);

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof itemEvents>, EventsOf<typeof stockEvents> {}
}

defineEventMetric({
  name: 'inventory_stock_outs_total',
  help: 'Times that the last available unit of an item went',
  on: 'stock.depleted',
});
