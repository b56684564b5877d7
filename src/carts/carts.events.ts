import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { cartStatuses } from './cart-status.js';

const snapshot = z.object({
  cartId: z.uuid(),
  version: z.int().positive().describe('of the cart after this event; the same as `ce_sequence`'),
  status: z.enum(cartStatuses),
  currency: z.string().length(3).describe('ISO 4217 code'),
  lineCount: z.int().nonnegative().describe('lines in the cart now'),
});
export type CartSnapshot = z.output<typeof snapshot>;

const lineChange = z.object({
  lineId: z.uuid(),
  sku: z.string(),
  quantity: z.int().nonnegative().describe('units in the cart now; 0 for a line that was taken out'),
});

const example = {
  cartId: '019a0c5e-7c00-7000-8000-0000000000c1',
  version: 1,
  status: 'open',
  currency: 'GBP',
  lineCount: 2,
} as const;

export const cartEvents = defineEvents(
  'carts',
  'cart',
  {
    'cart.created': snapshot.describe('A shopper began a cart.'),
    'cart.lines_changed': snapshot
      .extend({
        changedLineCount: z.int().nonnegative().describe('lines that this event is about'),
        changes: z
          .array(lineChange)
          .optional()
          .describe('those lines; absent where more than 200 changed at once'),
      })
      .describe('Lines were added, taken out, or have another quantity.'),
    'cart.details_changed': snapshot
      .extend({ changed: z.array(z.string()).describe('names of the details, never their values') })
      .describe('E-mail, addresses, delivery or note changed.'),
    'cart.merged': snapshot
      .extend({ mergedInto: z.uuid().describe('the cart that has the lines now') })
      .describe('A guest signed in: the lines went to the cart of the customer, this one has ended.'),
    'cart.abandoned': snapshot.describe('The cart has rested for so long that the shopper counts as gone.'),
    'cart.reopened': snapshot.describe('The shopper came back to an abandoned cart.'),
    'cart.expired': snapshot.describe('The cart has ended without an order.'),
    'cart.ordered': snapshot
      .extend({ orderId: z.uuid().describe('the order that was placed') })
      .describe('The cart became an order.'),
  },
  {
    key: 'cartId',
    subject: ['cartId'],
    examples: {
      'cart.created': { ...example, lineCount: 0 },
      'cart.lines_changed': {
        ...example,
        version: 2,
        changedLineCount: 2,
        changes: [
          { lineId: '019a0c5e-7c00-7000-8000-0000000000c2', sku: 'MUG-BLUE', quantity: 2 },
          { lineId: '019a0c5e-7c00-7000-8000-0000000000c3', sku: 'TEAPOT', quantity: 1 },
        ],
      },
      'cart.details_changed': { ...example, version: 3, changed: ['shippingAddress', 'note'] },
      'cart.merged': {
        ...example,
        version: 4,
        status: 'merged',
        mergedInto: '019a0c5e-7c00-7000-8000-0000000000c4',
      },
      'cart.abandoned': { ...example, version: 4, status: 'abandoned' },
      'cart.reopened': { ...example, version: 5 },
      'cart.expired': { ...example, version: 5, status: 'expired' },
      'cart.ordered': {
        ...example,
        version: 6,
        status: 'ordered',
        orderId: '019a0c5e-7c00-7000-8000-0000000000a1',
      },
    },
  },
);
export type CartEventType = keyof typeof cartEvents;

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof cartEvents> {}
}
