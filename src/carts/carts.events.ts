import { z } from 'zod';
import { defineEvents, type EventsOf } from '../platform/events/catalogue.js';
import { cartStatuses } from './cart-status.js';

const snapshot = z.object({
  cartId: z.uuid(),
  version: z.int().positive(),
  status: z.enum(cartStatuses),
  currency: z.string().length(3),
  lineCount: z.int().nonnegative(),
});
export type CartSnapshot = z.output<typeof snapshot>;

const lineChange = z.object({
  lineId: z.uuid(),
  sku: z.string(),
  quantity: z.int().nonnegative().describe('units in the cart now; 0 for a line that was taken out'),
});

export const cartEvents = defineEvents('carts', 'cart', {
  'cart.created': snapshot,
  'cart.lines_changed': snapshot.extend({
    changedLineCount: z.int().nonnegative(),
    changes: z.array(lineChange).optional().describe('absent where more than 200 lines changed at once'),
  }),
  'cart.details_changed': snapshot.extend({
    changed: z.array(z.string()).describe('names of the details, never their values'),
  }),
  'cart.merged': snapshot.extend({ mergedInto: z.uuid() }),
  'cart.abandoned': snapshot,
  'cart.reopened': snapshot,
  'cart.expired': snapshot,
  'cart.ordered': snapshot.extend({ orderId: z.uuid() }),
});
export type CartEventType = keyof typeof cartEvents;

declare module '../platform/events/catalogue.js' {
  interface EventCatalogue extends EventsOf<typeof cartEvents> {}
}
