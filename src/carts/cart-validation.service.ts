import { Injectable } from '@nestjs/common';
import type { Owner } from '../platform/auth/principal.js';
import { Answer, ok } from '../platform/http/answer.js';
import type { Cart } from './cart.entity.js';
import { CartPricing } from './cart-pricing.service.js';
import { problemsOf } from './cart-problems.js';
import type { CartProblem, CartValidation as Validation } from './cart-validation.schemas.js';
import type { Quotes } from './cart-view.js';
import { CartNotFound, TotalTooLarge } from './carts.errors.js';
import { CartsRepository } from './carts.repository.js';
import type { Totals } from './totals.js';

/** Tells all that a checkout would stumble over, and changes nothing. */
@Injectable()
export class CartValidation {
  constructor(
    private readonly repository: CartsRepository,
    private readonly pricing: CartPricing,
  ) {}

  async validate(id: string, owner: Owner): Promise<Answer> {
    const cart = await this.repository.find(id, owner);
    if (!cart) throw new CartNotFound();
    const quotes = await this.pricing.quotes(cart.currency, cart.lines);
    const { totals, tooLarge } = this.totalsOf(cart, quotes);
    const problems = [...problemsOf(cart, quotes), ...tooLarge];
    return ok({
      isReady: !problems.some((problem) => problem.isBlocking),
      problems,
      totals,
    } satisfies Validation);
  }

  private totalsOf(cart: Cart, quotes: Quotes): { totals?: Totals; tooLarge: CartProblem[] } {
    try {
      return { totals: this.pricing.view(cart, quotes).totals, tooLarge: [] };
    } catch (error) {
      if (!(error instanceof TotalTooLarge)) throw error;
      return {
        tooLarge: [
          { code: 'total-too-large', isBlocking: true, pointer: '#/totals', message: error.message },
        ],
      };
    }
  }
}
