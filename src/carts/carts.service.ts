import { Inject, Injectable } from '@nestjs/common';
import { SecretTokens } from '../platform/auth/index.js';
import type { Owner, Principal } from '../platform/auth/principal.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Transaction } from '../platform/database/transaction.js';
import { Outbox } from '../platform/events/outbox.js';
import { Answer, created } from '../platform/http/answer.js';
import { IfMatchVersion, requireMatch } from '../platform/http/index.js';
import { Cart } from './cart.entity.js';
import type { CartDetailsRequest } from './cart-details.schemas.js';
import { newsOf } from './cart-news.js';
import { CartPricing } from './cart-pricing.service.js';
import type { Quotes } from './cart-view.js';
import { CartNotFound } from './carts.errors.js';
import { CartsRepository } from './carts.repository.js';
import type { AddLinesRequest, NewCartRequest } from './carts.schemas.js';

/** What shoppers do to their cart; each answers the cart as it is then, at today's prices. */
@Injectable()
export class CartsService {
  constructor(
    private readonly repository: CartsRepository,
    private readonly pricing: CartPricing,
    private readonly transaction: Transaction,
    private readonly outbox: Outbox,
    private readonly tokens: SecretTokens,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** A customer's cart is the customer's; any other belongs to who holds the token that is answered. */
  open(request: NewCartRequest, principal: Principal): Promise<Answer> {
    return this.transaction.run(async () => {
      const currency = this.config.SHOP_CURRENCY;
      const wanted = request.lines ?? [];
      const quotes = await this.pricing.quotes(currency, wanted);
      const customerId = principal.kind === 'customer' ? principal.customerId : null;
      const cart = Cart.open({ customerId, currency, lines: this.pricing.onSale(wanted, quotes) });
      await this.repository.insert(cart);
      this.outbox.add(...newsOf(cart));
      const token = customerId === null ? await this.tokens.issue('cart', cart.id) : undefined;
      const { body, etag } = this.pricing.answer(cart, quotes);
      return created(body, { location: `/v1/carts/${cart.id}`, etag, token });
    });
  }

  /** Throws ItemsNotAvailable, QuantityLimit, LineLimit; then nothing is added. */
  addLines(id: string, owner: Owner, request: AddLinesRequest): Promise<Answer> {
    return this.edit(
      id,
      owner,
      (cart, quotes) => cart.add(this.pricing.onSale(request.lines, quotes)),
      request.lines,
    );
  }

  setQuantity(id: string, owner: Owner, lineId: string, quantity: number): Promise<Answer> {
    return this.edit(id, owner, (cart, quotes) => {
      cart.setQuantity(lineId, quantity, (sku) => quotes.get(sku)?.unitPriceMinor);
    });
  }

  removeLine(id: string, owner: Owner, lineId: string): Promise<Answer> {
    return this.edit(id, owner, (cart) => cart.remove(lineId));
  }

  /** Unlike line edits these overwrite one another, so the version that was seen is required. */
  describe(id: string, owner: Owner, details: CartDetailsRequest, seen: IfMatchVersion): Promise<Answer> {
    return this.edit(id, owner, (cart) => {
      requireMatch(seen, cart.version);
      cart.describe(details);
    });
  }

  /** The cart's lock comes first, so edits of one cart follow each other and none is lost. */
  private edit(
    id: string,
    owner: Owner,
    decide: (cart: Cart, quotes: Quotes) => void,
    alsoQuoted: readonly { sku: string }[] = [],
  ): Promise<Answer> {
    return this.transaction.run(async () => {
      const cart = await this.repository.lock(id, owner);
      if (!cart) throw new CartNotFound();
      const quotes = await this.pricing.quotes(cart.currency, [...cart.lines, ...alsoQuoted]);
      decide(cart, quotes);
      if (cart.news.length > 0) await this.repository.save(cart);
      this.outbox.add(...newsOf(cart));
      return this.pricing.answer(cart, quotes);
    });
  }
}
