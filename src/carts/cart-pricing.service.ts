import { Inject, Injectable } from '@nestjs/common';
import { InventoryService } from '../inventory/index.js';
import { CONFIG, type Config } from '../platform/config/config.js';
import { Answer, ok } from '../platform/http/answer.js';
import { bodyHash, etagOf } from '../platform/http/index.js';
import type { Cart } from './cart.entity.js';
import type { LineToAdd } from './cart-line.js';
import { cartViewOf, Quotes } from './cart-view.js';
import { ItemsNotAvailable } from './carts.errors.js';
import type { CartView } from './carts.schemas.js';
import { PricedLine, priceLine, sumUp, Totals } from './totals.js';

export interface Draft {
  currency: string;
  lines: { sku: string; quantity: number }[];
}

export interface PricedDraft {
  totals: Totals;
  lines: (PricedLine & { sku: string; name: string })[];
}

/** The only pricing: of a cart that is shown, of its checkout, of an order without a cart. Amounts in minor units. */
@Injectable()
export class CartPricing {
  constructor(
    private readonly inventory: InventoryService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Throws ItemsNotAvailable (422, every line at once) and TotalTooLarge. */
  async price(draft: Draft): Promise<PricedDraft> {
    const { currency, lines } = draft;
    const priced = this.onSale(lines, await this.quotes(currency, lines));
    const withNames = priced.map((line) => ({
      sku: line.sku,
      name: line.name,
      ...priceLine(line.unitPriceMinor, line.quantity),
    }));
    return { totals: sumUp(withNames, currency, this.config.PRICES_INCLUDE_TAX), lines: withNames };
  }

  async quotes(currency: string, lines: readonly { sku: string }[]): Promise<Quotes> {
    const skus = [...new Set(lines.map((line) => line.sku))];
    if (skus.length === 0) return new Map();
    return new Map((await this.inventory.quote(skus, { currency })).map((quote) => [quote.sku, quote]));
  }

  /** The lines with name and price of today; throws ItemsNotAvailable for those that are not on sale. */
  onSale(lines: Draft['lines'], quotes: Quotes): (LineToAdd & { name: string })[] {
    const missing = lines
      .map(({ sku }, index) => ({ index, sku }))
      .filter(({ sku }) => !quotes.get(sku)?.isActive);
    if (missing.length > 0) throw new ItemsNotAvailable(missing);
    return lines.flatMap(({ sku, quantity }, index) => {
      const quote = quotes.get(sku);
      return quote ? [{ sku, quantity, index, name: quote.name, unitPriceMinor: quote.unitPriceMinor }] : [];
    });
  }

  view(cart: Cart, quotes: Quotes): CartView {
    return cartViewOf(cart, quotes, this.config.PRICES_INCLUDE_TAX);
  }

  /** Prices and stock are live, so the ETag has a hash of the body beside the version. */
  answer(cart: Cart, quotes: Quotes): Answer {
    const view = this.view(cart, quotes);
    return ok(view, { etag: etagOf('cart', view.version, bodyHash(view)) });
  }
}
