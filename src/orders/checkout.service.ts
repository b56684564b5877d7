import { Inject, Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { CartCheckout } from '../carts/index.js';
import type { Owner, Principal } from '../platform/auth/index.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import type { Answer } from '../platform/http/index.js';
import type { Resume } from '../platform/idempotency/index.js';
import type { CheckoutRequest, PlaceRequest } from './orders.schemas.js';
import { PlacementService } from './placement.service.js';

/** From what a shopper wants to an order; each inside the transaction that holds the idempotency key. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly carts: CartCheckout,
    private readonly placement: PlacementService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Orders the whole cart; it never becomes a second order. */
  async ofCart(cartId: string, owner: Owner, request: CheckoutRequest): Promise<Answer | Resume> {
    const { lines, currency, version: _, id, ...shopper } = await this.carts.lockForCheckout(cartId, owner);
    const priced = await this.carts.price({ currency, lines });
    const orderId = uuidv7();
    await this.carts.markOrdered(id, orderId);
    return this.placement.place({ ...shopper, ...priced, cartId: id, id: orderId }, request);
  }

  /** Orders these lines in one call, without a cart. */
  async atOnce(principal: Principal, request: PlaceRequest): Promise<Answer | Resume> {
    const { lines, email, shippingAddress, billingAddress, note } = request;
    const customerId = principal.kind === 'customer' ? principal.customerId : undefined;
    const priced = await this.carts.price({ currency: this.config.SHOP_CURRENCY, lines });
    const shopper = { customerId, email, shippingAddress, billingAddress, note };
    return this.placement.place({ ...shopper, ...priced, id: uuidv7() }, request);
  }
}
