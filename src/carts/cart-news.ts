import type { NewEvent } from '../platform/events/domain-event.js';
import type { Cart } from './cart.entity.js';
import type { CartEventType, CartSnapshot } from './carts.events.js';

/** The cart's transitions as events, in order; each bears the version that it made. */
export function newsOf(cart: Cart): NewEvent<CartEventType>[] {
  return cart.news.map(({ type, payload }) => ({
    type,
    aggregateId: cart.id,
    sequence: payload.version,
    key: cart.id,
    payload,
  }));
}

const news = <T extends CartEventType>(
  type: T,
  cart: CartSnapshot,
  payload: NewEvent<T>['payload'],
): NewEvent<T> => ({
  type,
  aggregateId: cart.cartId,
  sequence: cart.version,
  key: cart.cartId,
  payload,
});

export const ordered = (cart: CartSnapshot, orderId: string) =>
  news('cart.ordered', cart, { ...cart, orderId });
export const abandoned = (cart: CartSnapshot) => news('cart.abandoned', cart, cart);
export const expired = (cart: CartSnapshot) => news('cart.expired', cart, cart);
