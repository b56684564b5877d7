import { Injectable } from '@nestjs/common';
import type { Owner } from '../platform/auth/principal.js';
import { Outbox } from '../platform/events/outbox.js';
import type { Address } from './cart-details.schemas.js';
import { newsOf, ordered } from './cart-news.js';
import { CartPricing, Draft, PricedDraft } from './cart-pricing.service.js';
import { CartNotFound } from './carts.errors.js';
import { CartsRepository } from './carts.repository.js';

/** A cart that can be ordered: it has lines, an email address and a shipping address. */
export interface CheckoutCart {
  id: string;
  version: number;
  currency: string;
  customerId?: string;
  email: string;
  shippingAddress: Address;
  billingAddress?: Address;
  note?: string;
  lines: { sku: string; quantity: number }[];
}

/** The door for those who place orders; every call runs inside the caller's transaction. */
@Injectable()
export class CartCheckout {
  constructor(
    private readonly repository: CartsRepository,
    private readonly pricing: CartPricing,
    private readonly outbox: Outbox,
  ) {}

  /** Today's prices; throws ItemsNotAvailable (422, every line at once) and TotalTooLarge (422). */
  price(draft: Draft): Promise<PricedDraft> {
    return this.pricing.price(draft);
  }

  /**
   * Holds the cart until the transaction ends. Throws CartNotFound (also where it is another's), CartAlreadyOrdered with the
   * order's id, CartNotOpen, CartIncomplete.
   */
  async lockForCheckout(cartId: string, owner: Owner): Promise<CheckoutCart> {
    const cart = await this.repository.lock(cartId, owner);
    if (!cart) throw new CartNotFound();
    cart.readyForCheckout();
    if (cart.news.length > 0) await this.repository.save(cart);
    this.outbox.add(...newsOf(cart));
    const { email, shippingAddress } = cart.refuseUnlessComplete();
    return {
      id: cart.id,
      version: cart.version,
      currency: cart.currency,
      customerId: cart.customerId ?? undefined,
      email,
      shippingAddress,
      billingAddress: cart.billingAddress ?? undefined,
      note: cart.note ?? undefined,
      lines: cart.lines.map(({ sku, quantity }) => ({ sku, quantity })),
    };
  }

  /** The cart is locked by `lockForCheckout`; it never opens again. */
  async markOrdered(cartId: string, orderId: string): Promise<void> {
    const cart = await this.repository.markOrdered(cartId, orderId);
    if (!cart) throw new CartNotFound();
    this.outbox.add(ordered(cart, orderId));
  }
}
