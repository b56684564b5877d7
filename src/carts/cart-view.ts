import type { Quote } from '../inventory/index.js';
import type { Cart } from './cart.entity.js';
import { maxLinesInView } from './cart-limits.js';
import type { CartLine } from './cart-line.js';
import type { CartLineView, CartView } from './carts.schemas.js';
import { priceLine, sumUp } from './totals.js';

/** What inventory says of the cart's skus at this moment, by sku. */
export type Quotes = ReadonlyMap<string, Quote>;

/** An item that is gone keeps the price seen, so that the line still adds up until it is taken out. */
export function lineViewOf(line: CartLine, quote: Quote | undefined): CartLineView {
  return {
    lineId: line.lineId,
    sku: line.sku,
    name: quote?.name ?? line.sku,
    ...priceLine(quote?.unitPriceMinor ?? line.unitPriceMinor, line.quantity),
    seenUnitPrice: line.unitPriceMinor,
    isAvailable: quote?.isActive ?? false,
    isInStock: quote !== undefined && quote.available >= line.quantity,
  };
}

/** The cart at today's prices; throws TotalTooLarge. */
export function cartViewOf(cart: Cart, quotes: Quotes, pricesIncludeTax: boolean): CartView {
  const { id, version, status, currency, customerId, orderId, mergedInto, lineCount } = cart;
  const { email, shippingAddress, billingAddress, note } = cart;
  const lines = cart.lines.map((line) => lineViewOf(line, quotes.get(line.sku)));
  const times = { createdAt: cart.createdAt.toISOString(), updatedAt: cart.updatedAt.toISOString() };
  const head = { id, version, status, currency, customerId, orderId, mergedInto, lineCount, ...times };
  const details = { email, shippingAddress, billingAddress, note };
  const totals = sumUp(lines, currency, pricesIncludeTax);
  const isLong = lines.length > maxLinesInView;
  return { ...head, ...details, totals, ...(isLong ? { linesUrl: `/v1/carts/${id}/lines` } : { lines }) };
}
