import { Injectable } from '@nestjs/common';
import { SecretTokens } from '../platform/auth/index.js';
import type { Principal } from '../platform/auth/principal.js';
import { Transaction } from '../platform/database/transaction.js';
import { Outbox } from '../platform/events/outbox.js';
import { Answer, ok } from '../platform/http/answer.js';
import { etagOf } from '../platform/http/index.js';
import { newsOf } from './cart-news.js';
import { CartPricing } from './cart-pricing.service.js';
import { CartNotFound, CurrencyMismatch, CustomerNeeded, GuestCartNotFound } from './carts.errors.js';
import { CartsRepository } from './carts.repository.js';
import type { MergedCartView } from './carts.schemas.js';

/**
 * A guest signs in. Quantities of the same sku add up, the guest's details fill only what is empty, and nothing is
 * destroyed: what exceeds the limits is named in the answer, and the guest's cart stays readable for the customer.
 */
@Injectable()
export class CartMerge {
  constructor(
    private readonly repository: CartsRepository,
    private readonly pricing: CartPricing,
    private readonly transaction: Transaction,
    private readonly outbox: Outbox,
    private readonly tokens: SecretTokens,
  ) {}

  /** `guestCartId` is the cart that a valid Cart-Token was presented for; its token is spent with this. */
  merge(cartId: string, principal: Principal, guestCartId: string | undefined): Promise<Answer> {
    if (principal.kind !== 'customer') throw new CustomerNeeded();
    const { customerId } = principal;
    return this.transaction.run(async () => {
      const carts = await this.repository.lockForMerge({
        cartId,
        customerId,
        guestCartId: guestCartId ?? null,
      });
      const target = carts.find((cart) => cart.id === cartId && cart.customerId !== null);
      if (!target) throw new CartNotFound();
      const guest = carts.find((cart) => cart.id === guestCartId && cart.customerId === null);
      if (!guest || guestCartId === undefined) throw new GuestCartNotFound();
      if (guest.currency !== target.currency)
        throw new CurrencyMismatch({ cart: target.currency, guestCart: guest.currency });
      guest.endIn(target);
      const notCarried = target.absorb(guest);
      await this.repository.save(guest);
      if (target.news.length > 0) await this.repository.save(target);
      await this.tokens.spend('cart', guestCartId);
      this.outbox.add(...newsOf(guest), ...newsOf(target));
      const view = this.pricing.view(target, await this.pricing.quotes(target.currency, target.lines));
      return ok({ ...view, notCarried } satisfies MergedCartView, { etag: etagOf('cart', view.version) });
    });
  }
}
